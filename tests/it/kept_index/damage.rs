//! Files that are not whole, not ours, or made with malice.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use entity::{agency, service};
use proptest::prelude::*;
use proptest::sample::Index;
use sha2::{Digest, Sha256};
use signpost::directory::needs::NeedIndex;
use signpost::directory::snapshot::kept::{IndexFile, Unusable};
use signpost::directory::snapshot::refresh::Origin;
use signpost::directory::snapshot::shown::{OfAgency, OfLocation, OfService};
use signpost::directory::snapshot::{Part, Snapshot};
use signpost::directory::store::edges::PublicLocation;
use signpost::directory::store::load::Version;
use tempfile::TempDir;

use super::{anew, file_in, start, three, told, version};
use crate::support::{TestApp, now};

/// Bytes of the trailer: what it is, the form, two lengths, the digest.
const TRAILER: usize = 72;

/// A small directory, its file, and what a start tells that builds it.
async fn written() -> (TestApp, TempDir, Vec<u8>, BTreeSet<String>) {
    let app = TestApp::of(&three()).await;
    let folder = tempfile::tempdir().unwrap();
    start(&app, folder.path()).await;
    let bytes = fs::read(file_in(folder.path())).unwrap();
    let told = told(&*anew(&app).await);
    (app, folder, bytes, told)
}

fn put(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// How many bytes of records a file begins with.
fn records(bytes: &[u8]) -> usize {
    let at = bytes.len() - TRAILER + 24;
    u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize
}

#[tokio::test]
async fn a_file_that_is_not_whole_is_not_used_and_written_again() {
    let (app, folder, whole, truth) = written().await;
    let path = file_in(folder.path());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let frames = records(&whole);
    let step = (whole.len() / 12).max(1);
    let cuts = (0..whole.len()).step_by(step).chain([whole.len() - 1, whole.len() - TRAILER, TRAILER, frames]);
    let cut = cuts.map(|length| whole[..length].to_vec());
    let flips = (frames..whole.len()).step_by(((whole.len() - frames) / 20).max(1));
    let flipped = flips.chain(whole.len() - TRAILER..whole.len()).map(|at| {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x20;
        bytes
    });
    let longer = [[&whole[..], b"more"].concat(), [b"more", &whole[..]].concat()];
    for bytes in cut.chain(flipped).chain(longer) {
        put(&path, &bytes);
        let live = start(&app, folder.path()).await;
        assert_eq!(live.origin(), Origin::Built(version(&app).await), "{} bytes", bytes.len());
        assert_eq!(told(&live.current()), truth);
        assert_eq!(fs::read(&path).unwrap(), whole, "the same directory makes the same file");
    }
    assert!(matches!(start(&app, folder.path()).await.origin(), Origin::Kept(_)));
}

#[tokio::test]
async fn a_record_that_is_not_as_it_was_written_is_read_from_the_database() {
    let (app, folder, whole, _) = written().await;
    let frames = records(&whole);
    assert!(frames > 500);
    for at in (0..frames).step_by(61) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        put(&file_in(folder.path()), &bytes);
        let snapshot = start(&app, folder.path()).await.current();
        let fresh = anew(&app).await;
        let mut lost = 0;
        for service in fresh.services() {
            let right: service::Model = fresh.shown_of_service(service.id).unwrap().piece(OfService::Row).unwrap();
            match snapshot
                .shown_of_service(service.id)
                .and_then(|record| record.piece::<service::Model>(OfService::Row))
            {
                Some(row) => assert_eq!(row, right),
                None => lost += 1,
            }
        }
        for agency in fresh.agencies() {
            let right: agency::Model = fresh.shown_of_agency(agency.id).unwrap().piece(OfAgency::Row).unwrap();
            match snapshot.shown_of_agency(agency.id).and_then(|record| record.piece::<agency::Model>(OfAgency::Row)) {
                Some(row) => assert_eq!(row, right),
                None => lost += 1,
            }
        }
        for (_, _, place) in fresh.locations() {
            lost += usize::from(
                snapshot
                    .shown_of_location(place.id)
                    .and_then(|record| record.piece::<PublicLocation>(OfLocation::Row))
                    .is_none(),
            );
        }
        assert_eq!(lost, 1, "the record with byte {at}");
    }
}

#[tokio::test]
async fn other_things_in_its_place_are_no_matter() {
    let (app, folder, whole, truth) = written().await;
    let path = file_in(folder.path());
    let needs = app.app.live.needs();
    let kept = IndexFile::of(Some(folder.path()), None).unwrap();
    // Another form, other needs, something others may write, no file at all.
    let mut other = whole.clone();
    let form = whole.len() - TRAILER + 16;
    other[form] ^= 1;
    put(&path, &other);
    assert!(matches!(kept.open(needs), Err(Unusable::Strange)));
    put(&path, &whole);
    let fewer = signpost::directory::needs::NeedList::parse(&include_str!("../../../data/needs.toml").replacen(
        "name = \"",
        "name = \"Other ",
        1,
    ));
    assert!(matches!(kept.open(&fewer.unwrap()), Err(Unusable::Strange)));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
    assert!(matches!(kept.open(needs), Err(Unusable::Exposed)));
    assert!(kept.open(needs).is_err_and(|why| why.to_string().contains("others")));
    fs::remove_file(&path).unwrap();
    assert!(matches!(kept.open(needs), Err(Unusable::Absent)));
    fs::create_dir(&path).unwrap();
    let live = start(&app, folder.path()).await;
    assert!(matches!(live.origin(), Origin::Built(_)));
    assert_eq!(told(&live.current()), truth);
    assert!(path.is_dir() && fs::read_dir(folder.path()).unwrap().count() == 1, "nothing is left behind");
    // A folder that is not there, and one that is a file.
    for folder in [folder.path().join("gone"), path.join("..").join("file")] {
        if folder.ends_with("file") {
            fs::write(&folder, b"").unwrap();
        }
        let live = start(&app, &folder).await;
        assert!(matches!(live.origin(), Origin::Built(_)));
        assert_eq!(told(&live.current()), truth);
    }
}

/// The same file with a digest that fits: what only somebody makes who means it.
fn signed(mut bytes: Vec<u8>) -> Vec<u8> {
    let (frames, head) = (records(&bytes), bytes.len() - 32);
    let digest: [u8; 32] = Sha256::digest(&bytes[frames..head]).into();
    bytes[head..].copy_from_slice(&digest);
    bytes
}

/// Asks a part what can be asked of it; whatever comes, it comes.
fn ask(part: Part) {
    let list = signpost::directory::needs::NeedList::embedded().unwrap();
    let snapshot = Snapshot::whole(Version::default(), list, Arc::new(part));
    let words = ["warm".to_owned(), "advise".to_owned()];
    let asked = snapshot.understand(&words, |part| &part.service_words, |view, service| view.holds(service));
    for view in snapshot.views() {
        let _ = view.part.service_words.find(&asked).len() + view.part.location_words.find(&asked).len();
        view.part.service_words.each(|_, _, _| {});
        let _ =
            snapshot.need_list.needs().zip(0..).map(|(_, need)| view.part.briefs.services(Some(NeedIndex(need))).len());
        let _ = view.part.briefs.services(None);
    }
    let names = signpost::directory::snapshot::names::FixedNames::of(&snapshot.need_list);
    for typed in ["w", "warm be", "sopu", "agency"] {
        let _ = snapshot.suggest(&names, typed, 10);
    }
    for service in snapshot.services() {
        let _ = snapshot.shown_of_service(service.id).and_then(|record| record.piece::<service::Model>(OfService::Row));
        service.offers.iter().for_each(|offer| {
            let _ = offer.hours.state(now());
        });
    }
    let _ = snapshot.locations().map(|(_, _, place)| snapshot.services_at(place.id).count()).sum::<usize>();
}

#[test]
fn no_damage_is_believed_and_no_malice_brings_the_reader_down() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (app, folder, whole, _) = runtime.block_on(written());
    let (path, needs) = (file_in(folder.path()), app.app.live.needs());
    let kept = IndexFile::of(Some(folder.path()), None).unwrap();
    let frames = records(&whole);
    let edits = prop::collection::vec((any::<Index>(), any::<u8>(), 0_usize..4), 1..6);
    let edited = |edits: &[(Index, u8, usize)], from: usize| {
        let mut bytes = whole.clone();
        for (at, value, how) in edits {
            let end = bytes.len() - if from == 0 { 0 } else { TRAILER };
            let at = from + at.index(end - from);
            match how {
                0 => bytes[at] = *value,
                1 => bytes[at] ^= 1 << (value % 8),
                2 => bytes[at] = 0xff,
                _ => bytes.swap(at, (at + usize::from(*value)).min(end - 1)),
            }
        }
        bytes
    };
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(400));
    runner
        .run(&edits, |edits| {
            let bytes = edited(&edits, 0);
            put(&path, &bytes);
            let read = kept.open(needs).and_then(|opened| opened.read());
            prop_assert_eq!(read.is_ok(), bytes[frames..] == whole[frames..]);
            Ok(())
        })
        .unwrap();
    runner
        .run(&edits, |edits| {
            put(&path, &signed(edited(&edits, frames)));
            // It is read on a thread of its own, where a panic of the dictionary's crate is a file that is not used.
            let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                kept.open(needs).and_then(|opened| opened.read())
            }));
            if let Ok(Ok(part)) = read {
                ask(part);
            }
            Ok(())
        })
        .unwrap();
}
