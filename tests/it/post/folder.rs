//! Letters kept as files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use mail_parser::MessageParser;
use signpost::post::{Letter, PostError, SecretLink, texts::invitation};
use uuid::Uuid;

use super::{SECRET, SOMEBODY, ann, id, letter, link, noon, post, utc};

const NAME: &str = "20260601T120000.250Z-00000000-0000-0000-0000-000000000007.eml";

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().expect("a name")).collect();
    names.sort();
    names
}

fn text(folder: &Path) -> String {
    folder.to_str().expect("a path").to_owned()
}

#[tokio::test]
async fn a_letter_becomes_one_file_that_only_its_owner_reads() {
    let around = tempfile::tempdir().expect("a folder");
    let folder = around.path().join("deep/outbox");
    let post = post("", &text(&folder));
    post.prepare().await.expect("made");
    assert_eq!(names(&folder), [""; 0]);
    post.send(&letter(), noon(), id()).await.expect("kept");
    post.send(&letter(), noon(), id()).await.expect("the same again, as after a crash");
    assert_eq!(names(&folder), [NAME]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: PathBuf| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode(folder.clone()), mode(folder.join(NAME))), (0o700, 0o600));
    }
    let raw = fs::read_to_string(folder.join(NAME)).expect("ASCII");
    assert!(raw.is_ascii());
    assert!(raw.contains(&format!("\r\n{}\r\n", link().expose())), "the link can be copied out of the file: {raw}");
    let long =
        SecretLink::new(format!("https://signpost.example.org/welcome?token={}", "x".repeat(60))).expect("a link");
    post.send(&invitation(ann(), "A", &long, noon()), noon(), id()).await.expect("kept");
    let raw_long = fs::read_to_string(folder.join(NAME)).expect("ASCII");
    assert!(raw_long.contains(&format!("\r\n{}\r\n", long.expose())), "a long one too: {raw_long}");
    assert!(raw.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\r', '\n'])), "{raw:?}");
}

#[tokio::test]
async fn what_is_kept_can_be_read_back_exactly() {
    let folder = tempfile::tempdir().expect("a folder");
    let long_link = SecretLink::new(format!("https://a.example/{}=3D.=", "x".repeat(800))).expect("a link");
    let just = format!("{}\n", "x".repeat(998));
    let beyond = format!("{}\n", "x".repeat(999));
    let letters = [
        letter(),
        invitation(ann(), "Harbour House", &link(), noon()),
        invitation(ann(), "Tŷ Gobaith – مرکز امید 🏠", &link(), noon()),
        invitation(ann(), "Tŷ Gobaith", &long_link, noon()),
        Letter::new(
            ann(),
            "Croeso i Dŷ Gobaith, cartref i bawb sydd ei angen, o’r gogledd i’r de 🏠",
            "Shwmae,\n.\n..\nFrom x\n\tŷ =3D\n",
        ),
        Letter::new(ann(), "A\r\nBcc: bob@evil.example\r\n\r\nB", "\n"),
        Letter::new(ann(), "", ""),
        Letter::new(ann(), "Just", &just),
        Letter::new(ann(), "Beyond", &beyond),
    ];
    for (number, letter) in letters.iter().enumerate() {
        let id = Uuid::from_u128(100 + number as u128);
        post("", &text(folder.path())).send(letter, noon(), id).await.expect("kept");
        let raw = fs::read(folder.path().join(format!("20260601T120000.250Z-{id}.eml"))).expect("a file");
        let read = MessageParser::new().parse(&raw).expect("an e-mail");
        assert!(raw.split(|byte| *byte == b'\n').all(|line| line.len() <= 999), "too long a line");
        assert_eq!(read.subject().unwrap_or_default(), letter.subject());
        assert_eq!(read.body_text(0).expect("a text").replace("\r\n", "\n"), letter.expose_text());
        let to: Vec<_> = read.to().expect("to").iter().map(|one| (one.name(), one.address())).collect();
        assert_eq!(to, [(None, Some(SOMEBODY))]);
        let from: Vec<_> = read.from().expect("from").iter().map(|one| (one.name(), one.address())).collect();
        assert_eq!(from, [(Some("Signpost"), Some("post@signpost.example.org"))]);
        assert_eq!(read.date().expect("a date").to_timestamp(), noon().timestamp());
        assert_eq!(read.message_id(), Some(format!("{id}@signpost.example.org").as_str()));
        assert_eq!(read.header("Auto-Submitted").and_then(|value| value.as_text()), Some("auto-generated"));
        assert!(read.bcc().is_none() && read.cc().is_none());
        assert_eq!((read.text_body_count(), read.attachment_count()), (1, 0));
        let names: Vec<_> = read.headers().iter().map(|header| header.name().to_lowercase()).collect();
        assert_eq!(names.iter().filter(|name| *name == "mime-version").count(), 1, "{names:?}");
    }
}

#[tokio::test]
async fn instants_at_the_ends_of_the_calendar_have_a_file_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let ends = [
        chrono::DateTime::<chrono::Utc>::MIN_UTC,
        utc("1969-12-31T23:59:59Z"),
        chrono::DateTime::<chrono::Utc>::MAX_UTC,
    ];
    for at in ends {
        post("", &text(folder.path())).send(&letter(), at, id()).await.expect("kept");
    }
    assert_eq!(names(folder.path()).len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_are_all_kept_whole() {
    let around = tempfile::tempdir().expect("a folder");
    let folder = around.path().join("outbox");
    let post = post("", &text(&folder));
    let tasks: Vec<_> = (0..40_u128)
        .map(|number| {
            let post = post.clone();
            // Two of each name.
            tokio::spawn(async move { post.send(&letter(), noon(), Uuid::from_u128(number / 2)).await })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic").expect("kept");
    }
    assert_eq!(names(&folder).len(), 20);
    for name in names(&folder) {
        assert!(fs::read_to_string(folder.join(name)).expect("a file").ends_with("Signpost\r\n"));
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_is_a_clear_error() {
    let around = tempfile::tempdir().expect("a folder");
    fs::write(around.path().join("file"), "").expect("written");
    for inside in ["file", "file/outbox"] {
        let post = post("", &text(&around.path().join(inside)));
        for error in
            [post.prepare().await.expect_err(inside), post.send(&letter(), noon(), id()).await.expect_err(inside)]
        {
            let shown = error.to_string();
            assert!(shown.contains("something stands there that is no folder"), "{shown}");
            assert!(shown.contains(inside) && shown.contains("post.outbox_folder"), "{shown}");
        }
    }
}

/// Nobody, not even root, can put a file among those that the kernel makes up.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_folder_that_is_there_and_takes_no_file_is_told_before_the_first_letter() {
    let error = post("", "/proc").prepare().await.expect_err("nothing can be kept there");
    let shown = error.to_string();
    assert!(shown.contains("/proc") && shown.contains("post.outbox_folder"), "{shown}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_missing_right_is_a_clear_error_and_leaves_nothing() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o500)).expect("set");
    if fs::write(folder.path().join("probe"), "").is_ok() {
        // Whoever runs the tests may write everywhere.
        return;
    }
    let error = post("", &text(folder.path())).send(&letter(), noon(), id()).await.expect_err("no right");
    assert!(error.to_string().contains("no right to write there"), "{error}");
    assert_eq!(names(folder.path()), [""; 0]);
}

#[test]
fn what_the_system_says_becomes_what_to_do() {
    let table = [
        (io::ErrorKind::StorageFull, "the disk is full"),
        (io::ErrorKind::QuotaExceeded, "the disk is full"),
        (io::ErrorKind::PermissionDenied, "no right to write"),
        (io::ErrorKind::ReadOnlyFilesystem, "only be read"),
        (io::ErrorKind::FileTooLarge, "file too large"),
    ];
    for (kind, shown) in table {
        let error = PostError::NotKept { folder: PathBuf::from("/srv/outbox"), source: kind.into() };
        assert!(error.to_string().contains(shown), "{error}");
        assert!(error.to_string().contains("/srv/outbox"), "{error}");
    }
}

/// The environment variable by which the test below tells the process it starts where to write.
const IN_A_FULL_PLACE: &str = "SIGNPOST_TEST_FULL_OUTBOX";

/// A process that may write no byte to any file stands for a full disk: the file can be made, and not filled.
#[cfg(target_os = "linux")]
#[test]
fn where_nothing_can_be_written_nothing_is_left() {
    if let Ok(folder) = std::env::var(IN_A_FULL_PLACE) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let error = runtime.block_on(post("", &folder).send(&letter(), noon(), id())).expect_err("no room");
        assert!(error.to_string().contains("file too large"), "{error}");
        assert!(!format!("{error:?}").contains(SECRET));
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let this = std::env::current_exe().expect("this test");
    let child = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" --exact --nocapture \"$1\""])
        .arg(this)
        .arg(concat!(module_path!(), "::where_nothing_can_be_written_nothing_is_left").split_once("::").expect("::").1)
        .env(IN_A_FULL_PLACE, folder.path())
        .output()
        .expect("a shell");
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&child.stderr));
    assert_eq!(names(folder.path()), [""; 0]);
}
