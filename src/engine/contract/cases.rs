//! The list of behaviours.

use futures_util::FutureExt as _;

use super::{Case, execs, objects, services, streams, updates};

macro_rules! cases {
    ($($module:ident { $($name:ident,)* })*) => {
        /// Every behaviour with its name.
        pub(super) const ALL: &[(&str, Case)] = &[$($((stringify!($name), |bench, name| $module::$name(bench, short(name)).boxed()),)*)*];
    };
}

cases! {
    objects {
        the_engine_is_a_manager_with_a_ready_node,
        a_created_network_is_listed,
        a_network_name_is_taken_once,
        a_network_in_use_stays,
        a_missing_network_is_not_found,
        a_config_is_read_back_byte_by_byte,
        a_config_is_found_by_its_whole_name,
        a_config_name_is_taken_once,
        a_config_in_use_stays,
        a_missing_config_is_not_found,
        a_secret_is_listed,
        a_secret_name_is_taken_once,
        a_secret_in_use_stays,
        an_empty_secret_is_refused,
        only_the_labels_of_a_secret_change,
        only_the_labels_of_a_config_change,
        a_network_is_found_by_its_whole_name,
        a_missing_secret_is_not_found,
        volumes_of_a_stack_are_listed,
        a_volume_goes_once_nothing_holds_it,
        a_known_image_has_a_digest,
    }
    services {
        a_new_service_runs_its_tasks,
        a_service_name_is_taken_once,
        a_service_is_read_as_it_was_written,
        a_service_without_anything_special_can_be_read,
        a_missing_service_is_not_found,
        a_service_on_a_missing_network_is_not_made,
        a_service_with_a_missing_secret_is_refused,
        a_service_without_an_image_is_refused,
        a_removed_service_takes_its_tasks_along,
        a_global_service_has_a_task_for_each_node,
        a_job_completes,
        a_task_without_its_image_says_so,
        a_task_that_ends_badly_has_its_exit_code,
        a_task_that_fits_nowhere_says_so,
        a_failing_check_ends_the_task,
        a_healthy_container_says_so,
        containers_of_a_stack_are_listed,
    }
    updates {
        an_update_from_an_old_version_is_a_conflict,
        an_update_replaces_tasks,
        an_update_of_labels_keeps_the_tasks,
        a_raised_force_update_replaces_tasks,
        a_service_is_scaled_to_none_and_back,
        a_failed_update_pauses,
        a_failed_update_is_rolled_back,
        an_update_may_start_first,
        a_mode_is_not_changed,
    }
    execs {
        a_program_runs_in_a_container,
        a_program_reads_what_it_is_handed,
        a_program_that_is_not_there_says_so,
        a_program_in_a_missing_container_is_not_found,
        a_program_is_ended_with_its_group,
    }
    streams {
        lines_are_read_with_their_task,
        only_the_last_lines_are_read,
        new_lines_follow,
        lines_of_a_missing_service_are_not_found,
        a_log_tells_service_task_and_node,
        each_task_has_its_own_last_lines,
        a_log_begins_at_a_time,
        a_log_of_nothing_is_not_found,
        changes_are_told,
    }
}

/// A stack's name for a behaviour: names on a Swarm have little room.
fn short(name: &'static str) -> &'static str {
    name.get(..40).unwrap_or(name)
}
