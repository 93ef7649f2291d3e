//! Text that some other program will replace before Kubernetes sees it.

/// Whether a scalar holds a template expression (Helm, Go, Jinja, envsubst, Flux, OpenShift), so that its value cannot be known.
#[must_use]
pub fn is_template(text: &str) -> bool {
    // Nearly every text is told apart by one look at its bytes.
    let suspicious = memchr::memchr3(b'{', b'(', b'%', text.as_bytes()).is_some();
    suspicious && (text.contains("{{") || text.contains("{%") || text.contains("${") || text.contains("$((") || text.contains("<%"))
}
