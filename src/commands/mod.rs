//! Short writes, one file each: what it needs, what it changes, what its audit entry says.

pub mod account_edit;
pub mod account_mail;
pub mod app_import;
pub mod app_names;
pub mod app_new;
pub mod app_remove;
pub mod approval_end;
pub mod approval_give;
pub mod approval_object;
pub mod approval_override;
pub mod approval_rule_change;
pub mod approval_withdraw;
pub mod audit_export;
pub mod audit_seal;
pub mod command_stop;
pub mod env_revert;
pub mod env_save;
pub mod factor_add;
pub mod factor_codes;
pub mod factor_pass;
pub mod factor_remove;
pub mod factor_reset;
pub mod factor_review;
pub mod grant_give;
pub mod grant_take;
pub mod holder_add;
pub mod holder_prove;
pub mod holder_remove;
pub mod identity_link;
pub mod identity_unlink;
pub mod invitation_accept;
pub mod invitation_make;
pub mod invitation_revoke;
pub mod mail_set;
pub mod mail_test;
pub mod member_add;
pub mod member_password;
pub mod member_sign_out;
pub mod member_suspend;
pub mod member_unsuspend;
pub mod operation_finish;
pub mod passkey_add;
pub mod passkey_pass;
pub mod passkey_remove;
pub mod password_ask;
pub mod password_change;
pub mod password_link;
pub mod password_reset;
pub mod ran;
pub mod recipe_add;
pub mod recipe_refresh;
pub mod record;
pub mod role_change;
pub mod secret_escrow;
pub mod secret_reveal;
pub mod secret_version;
pub mod session_begin;
pub mod session_confirm;
pub mod session_end;
pub mod session_revoke;
pub mod session_sso;
pub mod set_up;
pub mod sign_in_set;
pub mod sign_in_test;
pub mod tag_alarm_see;
pub mod tags_set;
pub mod team_change;
pub mod token_end;
pub mod token_make;
pub mod update_hold;
pub mod update_policy_set;

use serde_json::{Map, Value};

/// Particulars from pairs.
fn particulars<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
