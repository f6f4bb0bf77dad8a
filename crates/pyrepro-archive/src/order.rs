//! The order of members: by path, but for what readers want first or last.

/// The order of members.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Order {
    /// By the bytes of the path. A zipapp needs no other: zipimport finds `__main__` anywhere.
    #[default]
    Path,
    /// By the bytes of the path, but what is in the `.dist-info` folder of this name comes last and
    /// its RECORD the very last, as the wheel specification has it.
    Wheel {
        /// The name of the folder, such as `rich-13.9.4.dist-info`.
        dist_info: String,
    },
    /// By the bytes of the path, but the manifest of a jar file and what it is signed with come first,
    /// for those who read it as a stream.
    Jar,
}

impl Order {
    /// Members of a lower rank come first.
    pub(super) fn rank(&self, path: &str) -> u8 {
        let dist_info = match self {
            Order::Path => return 0,
            Order::Jar => return jar_rank(path),
            Order::Wheel { dist_info } => dist_info,
        };
        match path.strip_prefix(dist_info.as_str()) {
            Some("/RECORD") => 2,
            Some(rest) if rest.is_empty() || rest.starts_with('/') => 1,
            _ => 0,
        }
    }
}

fn jar_rank(path: &str) -> u8 {
    let signs = |name: &str| [".SF", ".RSA", ".DSA", ".EC"].iter().any(|ending| name.ends_with(ending));
    match path.strip_prefix("META-INF") {
        Some("") => 0,
        Some("/MANIFEST.MF") => 1,
        Some(rest) if rest.matches('/').count() == 1 && signs(rest) => 2,
        _ => 3,
    }
}
