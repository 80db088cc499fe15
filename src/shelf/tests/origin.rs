use super::super::{Allow, Origin, OriginError};

fn refused(text: &str, allow: Allow) -> OriginError {
    Origin::parse(text, allow).expect_err(text)
}

#[test]
fn https_on_a_public_host_is_accepted_and_shown_as_given() {
    for text in ["https://git.coopcloud.tech/coop-cloud/gitea.git", "https://9.9.9.9:8443/a"] {
        assert_eq!(Origin::parse(text, Allow::Remote).expect(text).to_string(), text);
    }
}

#[test]
fn what_runs_a_program_or_leaves_https_is_refused() {
    for (text, wanted) in [
        ("ext::sh -c id", OriginError::Blank),
        ("ext::sh", OriginError::Helper),
        ("ext::https://x/y", OriginError::Helper),
        ("--upload-pack=id", OriginError::Option),
        ("ssh://git@example.org/x", OriginError::Ssh),
        ("git@example.org:x/y.git", OriginError::Ssh),
        ("https://user:pw@example.org/x", OriginError::Credentials),
        ("https://@example.org/x", OriginError::Credentials),
        ("https://example.org/x\n", OriginError::Blank),
        ("https://example.org/a b", OriginError::Blank),
        ("", OriginError::Empty),
        ("file:///etc", OriginError::LocalRefused),
        ("/etc", OriginError::LocalRefused),
    ] {
        assert_eq!(refused(text, Allow::Remote), wanted, "{text}");
    }
    for text in ["git://example.org/x", "http://example.org/x", "ftp://example.org/x"] {
        assert!(matches!(refused(text, Allow::RemoteAndLocal), OriginError::Scheme { .. }), "{text}");
    }
}

#[test]
fn hosts_of_this_machine_and_private_networks_are_refused_in_every_spelling() {
    for host in [
        "localhost",
        "LOCALHOST.",
        "a.localhost",
        "127.0.0.1",
        "127.1",
        "0x7f000001",
        "2130706433",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.169.254",
        "[fe80::1]",
        "[fd00::1]",
        "0.0.0.0",
        "[::]",
        "100.64.0.1",
        "[64:ff9b::a00:1]",
        "[::10.0.0.1]",
    ] {
        let error = refused(&format!("https://{host}/x"), Allow::Remote);
        assert!(matches!(error, OriginError::PrivateHost { .. }), "{host}: {error}");
    }
    Origin::parse("https://10.1.2.3/x", Allow::RemoteAndLocal).expect("the operator may");
    assert!(Origin::parse("https://127.0.0.1/x", Allow::RemoteAndLocal).is_err());
    Origin::parse("http://127.0.0.1:80/x", Allow::RemoteAndLoopback).expect("tests may");
    assert!(Origin::parse("http://example.org/x", Allow::RemoteAndLoopback).is_err());
}

#[test]
fn the_operator_may_name_a_full_path_only() {
    for text in ["/srv/recipes/app", "file:///srv/recipes/app"] {
        assert_eq!(Origin::parse(text, Allow::RemoteAndLocal).expect(text).to_string(), "/srv/recipes/app");
    }
    for text in ["/srv/../etc", "file://host/srv"] {
        assert_eq!(refused(text, Allow::RemoteAndLocal), OriginError::Relative, "{text}");
    }
}
