//! Makes the assets: reads our own style and script, fetches htmx from npm, checks it, names each file by its hash
//! and compresses it. What it writes is included by `src/web/assets.rs`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a build script stops the build by panicking"
)]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use sha2::{Digest, Sha256};

/// Files of npm packages: our name, the path below `node_modules`, the SHA-256 that it must have.
const PACKAGES: [(&str, &str, &str); 2] = [
    ("htmx.js", "htmx.org/dist/htmx.min.js", "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"),
    ("htmx-sse.js", "htmx.org/dist/ext/hx-sse.min.js", "18ef2761356ec1fe0bb6d92612315b37517a7c1e9856b661c5ae81fef239d103"),
];

const NOT_FOUND: &str = "front-end packages not found. Install Node.js and npm, or set WEB_VENDOR_DIR to a folder that holds \
                         htmx.org as npm unpacks it, or build with --features no-vendor-js (pages then work as plain forms)";

/// A file to embed.
struct File {
    name: String,
    bytes: Vec<u8>,
}

fn main() {
    for path in ["build.rs", "static", "package.json", "package-lock.json", "vendor/web"] {
        // A name that does not exist counts as changed, each time.
        if Path::new(path).exists() {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    for variable in ["WEB_VENDOR_DIR", "NPM"] {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let mut files = vec![
        File { name: "app.css".to_owned(), bytes: style_sheet(Path::new("static/css")) },
        File { name: "app.js".to_owned(), bytes: read("static/app.js".as_ref()) },
        File { name: "passkeys.js".to_owned(), bytes: read("static/passkeys.js".as_ref()) },
        File { name: "favicon.svg".to_owned(), bytes: read("static/favicon.svg".as_ref()) },
        File { name: "icons.svg".to_owned(), bytes: read("static/icons.svg".as_ref()) },
    ];
    if env::var_os("CARGO_FEATURE_NO_VENDOR_JS").is_none() {
        match packages(&out) {
            Ok(found) => files.extend(found),
            Err(reason) => {
                println!("cargo::error={reason}");
                return;
            }
        }
    }
    let entries: String = files.iter().map(|file| embed(&out, file)).collect();
    let table = format!("/// Every embedded file.\npub static ASSETS: &[Asset] = &[\n{entries}];\n");
    fs::write(out.join("assets.rs"), table).expect("OUT_DIR can be written");
}

/// One style sheet out of the component files: the order of their names, with those that begin with `_` first.
/// The order between components does not matter, since each sits in a layer.
fn style_sheet(folder: &Path) -> Vec<u8> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).expect("static/css exists").map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "css"));
    paths.sort_by_key(|path| (!path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('_')), path.clone()));
    paths.iter().flat_map(|path| squeeze(&String::from_utf8(read(path)).expect("style sheets are UTF-8")).into_bytes()).collect()
}

/// Takes comments, indentation and line ends out. Declarations stay as written: nothing here has to understand CSS.
fn squeeze(css: &str) -> String {
    let mut rest = css;
    let mut text = String::with_capacity(css.len());
    while let Some((before, comment)) = rest.split_once("/*") {
        text.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    text.lines().map(str::trim).filter(|line| !line.is_empty()).fold(String::new(), |mut sheet, line| {
        sheet.push_str(line);
        if !line.ends_with(['{', '}', ';', ',']) {
            sheet.push(' ');
        }
        sheet
    })
}

/// The files of npm packages, checked.
fn packages(out: &Path) -> Result<Vec<File>, String> {
    let modules = node_modules(out).ok_or(NOT_FOUND)?;
    PACKAGES
        .iter()
        .map(|(name, path, expected)| {
            let bytes = fs::read(modules.join(path)).map_err(|error| format!("{path}: {error}"))?;
            let found = hex(&Sha256::digest(&bytes));
            if found == *expected {
                Ok(File { name: (*name).to_owned(), bytes })
            } else {
                Err(format!("{path}: SHA-256 is {found}, expected {expected}"))
            }
        })
        .collect()
}

/// The folder with the packages: one that is given, one that is there, or a fresh one by `npm ci`.
fn node_modules(out: &Path) -> Option<PathBuf> {
    if let Some(given) = env::var_os("WEB_VENDOR_DIR") {
        return Some(given.into());
    }
    if let Some(there) =
        ["vendor/web", "node_modules"].map(PathBuf::from).into_iter().find(|folder| folder.join("htmx.org").is_dir())
    {
        return Some(there);
    }
    let work = out.join("npm");
    fs::create_dir_all(&work).expect("OUT_DIR can be written");
    for file in ["package.json", "package-lock.json"] {
        fs::copy(file, work.join(file)).expect("package files are there");
    }
    let npm = env::var("NPM").unwrap_or_else(|_| "npm".to_owned());
    // Scripts of packages never run, and the lock file decides the versions.
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
    match Command::new(&npm).args(arguments).current_dir(&work).output() {
        Ok(output) if output.status.success() => Some(work.join("node_modules")),
        Ok(output) => {
            for line in String::from_utf8_lossy(&output.stderr).lines().filter(|line| line.contains("error")).take(3) {
                println!("cargo::warning=npm ci: {line}");
            }
            None
        }
        Err(error) => {
            println!("cargo::warning=cannot run {npm}: {error}");
            None
        }
    }
}

/// Writes a file in its three forms and gives its line of the table.
fn embed(out: &Path, file: &File) -> String {
    let File { name, bytes } = file;
    let hash: String = hex(&Sha256::digest(bytes)).chars().take(16).collect();
    let (stem, extension) = name.rsplit_once('.').expect("every asset has an extension");
    let content_type = match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        other => panic!("no content type for {other}"),
    };
    let write = |ending: &str, bytes: &[u8]| {
        let path = out.join(format!("{name}{ending}"));
        fs::write(&path, bytes).expect("OUT_DIR can be written");
        path.to_str().expect("OUT_DIR is UTF-8").escape_default().to_string()
    };
    let (raw, br, gz) = (write("", bytes), write(".br", &brotli(bytes)), write(".gz", &gzip(bytes)));
    format!(
        "Asset {{ name: {name:?}, url: \"/static/{stem}.{hash}.{extension}\", raw: include_bytes!(\"{raw}\"), br: include_bytes!(\"{br}\"), \
         gz: include_bytes!(\"{gz}\"), content_type: {content_type:?} }},\n"
    )
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut compressed = Vec::new();
    brotli::CompressorWriter::new(&mut compressed, 4096, 11, 22).write_all(bytes).expect("memory can be written");
    compressed
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("memory can be written");
    encoder.finish().expect("memory can be written")
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string can be written");
        text
    })
}
