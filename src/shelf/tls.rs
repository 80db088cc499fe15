//! The process-wide TLS provider.

/// Makes `ring` the process's TLS provider unless one is set already. Cheap, and may be called any number of times;
/// without it the first HTTPS client of the process would panic. Trusted roots come from the system's CA bundle.
pub fn install() {
    // An error only says that a provider is installed, which is what we want.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
