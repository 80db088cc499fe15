//! The tables as diesel sees them; `migrations/` is the truth.

diesel::table! {
    meta (key) { key -> Text, value -> Text, }
}
diesel::table! {
    audit (seq) {
        seq -> BigInt,
        body -> Text,
        hash -> Text,
        at -> Nullable<BigInt>,
        actor -> Nullable<Text>,
        action -> Nullable<Text>,
        target -> Nullable<Text>,
        outcome -> Nullable<Text>,
        completes -> Nullable<BigInt>,
    }
}
diesel::table! {
    audit_seals (seq) { seq -> BigInt, hash -> Text, file_sha256 -> Text, at -> BigInt, }
}
diesel::table! {
    members (id) { id -> Integer, name -> Text, password_hash -> Text, created_at -> BigInt, }
}
diesel::table! {
    sessions (id) {
        id -> Integer,
        token_hash -> Binary,
        member_id -> Integer,
        csrf -> Binary,
        created_at -> BigInt,
        last_active_at -> BigInt,
        ip -> Text,
        agent -> Text,
        stage -> Text,
        confirmed_at -> BigInt,
        issuer -> Text,
        strong -> Bool,
        factor -> Text,
    }
}
diesel::table! {
    totp_factors (member_id) { member_id -> Integer, sealed -> Binary, key_id -> Text, last_step -> BigInt, added_at -> BigInt, }
}
diesel::table! {
    passkeys (id) {
        id -> Integer,
        member_id -> Integer,
        name -> Text,
        credential -> Binary,
        text -> Text,
        added_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    recovery_codes (id) {
        id -> Integer,
        member_id -> Integer,
        hash -> Binary,
        key_id -> Text,
        made_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    recipes (name) {
        name -> Text,
        origin -> Text,
        category -> Text,
        description -> Text,
        source -> Text,
        newest -> Text,
        status -> Nullable<Integer>,
        refreshed_at -> Nullable<BigInt>,
        problem -> Text,
        quality -> Text,
    }
}
diesel::table! {
    recipe_listings (name) { name -> Text, entry -> Text, }
}
diesel::table! {
    tag_alarms (id) {
        id -> Integer,
        recipe -> Text,
        tag -> Text,
        was -> Text,
        now -> Text,
        found_at -> BigInt,
        seen_at -> Nullable<BigInt>,
        seen_by -> Text,
    }
}
diesel::table! {
    known_tags (recipe, tag) { recipe -> Text, tag -> Text, leads_to -> Text, gone -> Bool, }
}
diesel::table! {
    apps (id) {
        id -> Integer,
        name -> Text,
        stack -> Text,
        recipe -> Text,
        version -> Text,
        env_number -> Integer,
        created_at -> BigInt,
    }
}
diesel::table! {
    env_revisions (id) {
        id -> Integer,
        app_id -> Integer,
        number -> Integer,
        text -> Text,
        at -> BigInt,
        by -> Text,
        reason -> Text,
    }
}
diesel::table! {
    operations (id) {
        id -> Integer,
        app_id -> Integer,
        kind -> Text,
        state -> Text,
        wanted -> Text,
        actor -> Text,
        nonce -> Text,
        audit_seq -> BigInt,
        asked_at -> BigInt,
        started_at -> Nullable<BigInt>,
        touched -> Bool,
        attempts -> Integer,
        finished_at -> Nullable<BigInt>,
        outcome -> Text,
        cause -> Text,
    }
}
diesel::table! {
    operation_events (operation_id, seq) {
        operation_id -> Integer,
        seq -> Integer,
        at -> BigInt,
        step -> Text,
        level -> Text,
        text -> Text,
    }
}
diesel::table! {
    deployments (id) {
        id -> Integer,
        app_id -> Integer,
        operation_id -> Integer,
        recipe -> Text,
        version -> Text,
        commit_id -> Text,
        env_number -> Integer,
        stack -> Text,
        images -> Text,
        at -> BigInt,
        outcome -> Text,
    }
}
diesel::table! {
    chosen_replicas (app_id, service) { app_id -> Integer, service -> Text, count -> Integer, at -> BigInt, by -> Text, }
}
diesel::table! {
    removed_apps (app_id) { app_id -> Integer, name -> Text, stack -> Text, at -> BigInt, by -> Text, }
}
diesel::table! {
    update_policies (app_id) {
        app_id -> Integer,
        mode -> Text,
        days -> Integer,
        from_hour -> Integer,
        to_hour -> Integer,
        backup_before -> Bool,
        at -> BigInt,
        by -> Text,
    }
}
diesel::table! {
    update_tries (id) {
        id -> Integer,
        app_id -> Integer,
        version -> Text,
        window_at -> BigInt,
        operation_id -> Integer,
        at -> BigInt,
    }
}
diesel::table! {
    update_holds (app_id) { app_id -> Integer, version -> Text, why -> Text, at -> BigInt, }
}
diesel::table! {
    accounts (member_id) {
        member_id -> Integer,
        shown_name -> Text,
        mail -> Text,
        theme -> Text,
        time_zone -> Text,
        suspended_at -> Nullable<BigInt>,
        suspended_by -> Text,
        seen_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    links (id) {
        id -> Integer,
        kind -> Text,
        token_hash -> Binary,
        member_id -> Nullable<Integer>,
        hint -> Text,
        role -> Text,
        mail -> Text,
        made_by -> Nullable<Integer>,
        made_at -> BigInt,
        expires_at -> BigInt,
    }
}
diesel::table! {
    tokens (id) {
        id -> Integer,
        public -> Text,
        hash -> Binary,
        member_id -> Integer,
        name -> Text,
        scopes -> Text,
        app_id -> Nullable<Integer>,
        network -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        ended_by -> Text,
        last_used_at -> Nullable<BigInt>,
        last_used_ip -> Text,
    }
}
diesel::table! {
    teams (id) { id -> Integer, name -> Text, created_at -> BigInt, }
}
diesel::table! {
    team_members (team_id, member_id) { team_id -> Integer, member_id -> Integer, added_at -> BigInt, added_by -> Text, }
}
diesel::table! {
    roles (id) { id -> Integer, name -> Text, permissions -> Text, created_at -> BigInt, }
}
diesel::table! {
    app_tags (app_id, tag) { app_id -> Integer, tag -> Text, }
}
diesel::table! {
    grants (id) {
        id -> Integer,
        member_id -> Nullable<Integer>,
        team_id -> Nullable<Integer>,
        bundle -> Nullable<Text>,
        role_id -> Nullable<Integer>,
        tag -> Nullable<Text>,
        app_id -> Nullable<Integer>,
        expires_at -> Nullable<BigInt>,
        granted_at -> BigInt,
        granted_by -> Text,
    }
}
diesel::table! {
    rights_state (id) { id -> Integer, n -> BigInt, }
}
diesel::table! {
    mail_settings (id) {
        id -> Integer,
        host -> Text,
        port -> Integer,
        security -> Text,
        username -> Text,
        sender -> Text,
        sealed -> Nullable<Binary>,
    }
}
diesel::table! {
    letters (id) {
        id -> Integer,
        recipient -> Text,
        kind -> Text,
        facts -> Text,
        seed -> Nullable<Binary>,
        made_at -> BigInt,
        due_at -> BigInt,
        tries -> Integer,
        problem -> Text,
    }
}
diesel::table! {
    approval_rules (id) {
        id -> Integer,
        kinds -> Text,
        tag -> Nullable<Text>,
        app_id -> Nullable<Integer>,
        approvals -> Integer,
        quiet_hours -> Integer,
        expires_days -> Integer,
        at -> BigInt,
        by -> Text,
    }
}
diesel::table! {
    approval_requests (id) {
        id -> Integer,
        app_id -> Integer,
        kind -> Text,
        what -> Text,
        wanted -> Text,
        plan_hash -> Text,
        actor -> Text,
        nonce -> Text,
        approvals -> Integer,
        quiet_hours -> Integer,
        asked_at -> BigInt,
        expires_at -> BigInt,
        state -> Text,
        ended_at -> Nullable<BigInt>,
        why -> Text,
        operation_id -> Nullable<Integer>,
    }
}
diesel::table! {
    approval_grounds (request_id) {
        request_id -> Integer,
        reason -> Text,
        seen -> Text,
    }
}
diesel::table! {
    approval_votes (request_id, member_id, verdict) {
        request_id -> Integer,
        member_id -> Integer,
        name -> Text,
        verdict -> Text,
        reason -> Text,
        at -> BigInt,
    }
}
diesel::table! {
    identity_provider (id) {
        id -> Integer,
        issuer -> Text,
        client_id -> Text,
        sealed -> Binary,
        label -> Text,
        scopes -> Text,
        group_claim -> Text,
        strong_acr -> Text,
        provision -> Bool,
    }
}
diesel::table! {
    identity_teams (group_name, team_id) { group_name -> Text, team_id -> Integer, }
}
diesel::table! {
    identities (id) {
        id -> Integer,
        member_id -> Integer,
        issuer -> Text,
        subject -> Text,
        name -> Text,
        linked_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    backup_repositories (id) {
        id -> Integer,
        name -> Text,
        place -> Text,
        password -> Binary,
        credentials -> Binary,
        adopted -> Bool,
        append_only -> Bool,
        state -> Text,
        restic_id -> Text,
        kit_hash -> Nullable<Binary>,
        kit_at -> Nullable<BigInt>,
        made_at -> BigInt,
        activated_at -> Nullable<BigInt>,
        checked_at -> Nullable<BigInt>,
        trouble -> Text,
        trouble_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    backup_policies (id) {
        id -> Integer,
        app_id -> Nullable<Integer>,
        repository_id -> Integer,
        cron -> Text,
        zone -> Text,
        keep_last -> Integer, keep_hourly -> Integer, keep_daily -> Integer,
        keep_weekly -> Integer, keep_monthly -> Integer, keep_yearly -> Integer,
        mode -> Text,
        on_hook_error -> Text,
        hook_timeout_s -> Integer,
        enabled -> Bool,
        at -> BigInt,
    }
}
diesel::table! {
    backup_exempt (app_id) { app_id -> Integer, at -> BigInt, by -> Text, }
}
diesel::table! {
    backup_turns (policy_id, app_id) { policy_id -> Integer, app_id -> Integer, at -> BigInt, }
}
diesel::table! {
    backup_runs (id) {
        id -> Integer, operation_id -> Integer, app_id -> Integer, repository_id -> Integer,
        kind -> Text, outcome -> Text, cause -> Text, node -> Text, volumes -> Text, snapshot -> Text,
        files -> BigInt, bytes -> BigInt, packed -> BigInt, warnings -> Integer,
        began_at -> BigInt, ended_at -> BigInt,
    }
}
diesel::table! {
    snapshot_marks (app_id, snapshot) {
        app_id -> Integer, snapshot -> Text,
        gone_at -> Nullable<BigInt>, pinned_at -> Nullable<BigInt>, pinned_by -> Text,
    }
}
diesel::table! {
    repository_upkeep (id) {
        id -> Integer, repository_id -> Integer, work -> Text, part -> Integer,
        asked_at -> BigInt, asked_by -> Text, began_at -> Nullable<BigInt>, ended_at -> Nullable<BigInt>,
        outcome -> Text, told -> Text,
    }
}
diesel::table! {
    dashboard_hosts (host) { host -> Text, first_at -> BigInt, }
}
diesel::joinable!(backup_runs -> backup_repositories (repository_id));
diesel::table! {
    recovery_holders (id) {
        id -> Integer,
        name -> Text,
        recipient -> Text,
        fingerprint -> Text,
        challenge -> Text,
        digest -> Binary,
        added_at -> BigInt, added_by -> Text, proven_at -> Nullable<BigInt>,
        removed_at -> Nullable<BigInt>, removed_by -> Text,
    }
}
diesel::table! {
    secret_escrow (id) {
        id -> Integer,
        app_id -> Integer,
        name -> Text,
        swarm_id -> Text,
        version -> Text,
        ciphertext -> Text,
        recipients -> Text,
        source -> Text,
        at -> BigInt,
        gone_at -> Nullable<BigInt>,
    }
}
diesel::joinable!(secret_escrow -> apps (app_id));
diesel::joinable!(identities -> members (member_id));
diesel::joinable!(removed_apps -> apps (app_id));
diesel::joinable!(approval_requests -> apps (app_id));
diesel::joinable!(operations -> apps (app_id));
diesel::joinable!(passkeys -> members (member_id));
diesel::joinable!(sessions -> members (member_id));
diesel::joinable!(tokens -> members (member_id));
diesel::joinable!(tokens -> apps (app_id));
diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    approval_requests,
    apps,
    audit,
    audit_seals,
    backup_exempt,
    backup_policies,
    backup_repositories,
    backup_runs,
    chosen_replicas,
    deployments,
    env_revisions,
    identities,
    members,
    meta,
    operation_events,
    operations,
    passkeys,
    recipes,
    recovery_codes,
    removed_apps,
    secret_escrow,
    sessions,
    snapshot_marks,
    tokens,
    totp_factors
);
