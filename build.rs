//! Lists the demonstration files, so that they are inside the binary, and takes a print of all that the index depends on.
//!
//! `FORM_OF_THE_INDEX` is that print: of the sources and the data by which an index comes out as it does, and of the
//! versions of all crates. An index that was kept in a file (`directory::snapshot::kept`) is read by the same sources
//! only. Cargo sets it for what it runs too, so its name must not begin as those of settings do.
//!
//! Writes one expression, a slice of (path below `data/demonstration`, text), to
//! `OUT_DIR/demonstration_files.rs`, in the order of the paths.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

const FOLDER: &str = "data/demonstration";

/// What the print is of.
const OF_THE_INDEX: [&str; 8] = [
    "Cargo.lock",
    "data",
    "entity/src",
    "migration/src",
    "src/directory",
    "src/hours",
    "src/places",
    "src/database.rs",
];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed={FOLDER}");
    let variable = |name: &str| env::var_os(name).map(PathBuf::from).ok_or_else(|| io::Error::other(name.to_owned()));
    let repository = variable("CARGO_MANIFEST_DIR")?;
    let root = repository.join(FOLDER);

    let mut files = Vec::new();
    collect(&root, &mut files)?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();

    let mut sources = Vec::new();
    for source in OF_THE_INDEX {
        println!("cargo::rerun-if-changed={source}");
        let path = repository.join(source);
        if path.is_dir() { collect(&path, &mut sources)? } else { sources.push(path) }
    }
    sources.sort();
    let mut print = Fnv(0xcbf2_9ce4_8422_2325);
    for source in sources {
        let name = source.strip_prefix(&repository).map_err(io::Error::other)?;
        print.add(name.to_string_lossy().replace('\\', "/").as_bytes());
        print.add(&fs::read(&source)?);
    }
    println!("cargo::rustc-env=FORM_OF_THE_INDEX={:016x}", print.0);

    let mut list = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(&root).map_err(io::Error::other)?;
        let name = name.to_string_lossy().replace('\\', "/");
        writeln!(list, "    ({name:?}, include_str!({:?})),", file.to_string_lossy()).map_err(io::Error::other)?;
    }
    list.push_str("]\n");
    fs::write(variable("OUT_DIR")?.join("demonstration_files.rs"), list)
}

/// Fowler, Noll and Vo's hash (1a, 64 bits): not against malice, and the same everywhere.
struct Fnv(u64);

impl Fnv {
    fn add(&mut self, bytes: &[u8]) {
        // The length too, so that one text can't run into the next.
        for byte in (bytes.len() as u64).to_le_bytes().iter().chain(bytes) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// Every file below `folder`.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
