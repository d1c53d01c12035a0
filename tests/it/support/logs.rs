//! The logs of the whole suite, kept where `SIGNPOST_TEST_LOGS` names a file, so that they can be looked through for
//! secrets; `.ci/run` does.

use std::fs::OpenOptions;
use std::io;
use std::sync::{Arc, Mutex, Once};

use signpost::config::{Log, LogFormat};
use signpost::telemetry::subscriber;

/// Where log lines go in a test that reads them.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Lines {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// Begins to keep logs, where a file is named, once; says whether one is.
pub(crate) fn keep() -> bool {
    static KEPT: Once = Once::new();
    let named = std::env::var_os("SIGNPOST_TEST_LOGS");
    let kept = named.is_some();
    KEPT.call_once(|| {
        let Some(file) = named else { return };
        let file = OpenOptions::new().create(true).append(true).open(file).unwrap();
        let log = Log { format: LogFormat::Json, filter: "debug,signpost=trace".to_owned() };
        tracing::subscriber::set_global_default(subscriber(&log, Mutex::new(file), false).unwrap()).unwrap();
    });
    kept
}

/// Everything in a text that looks like a secret of ours: a prefix, and 43 characters of base64url.
pub(crate) fn secrets_in(text: &str) -> Vec<String> {
    let is_of_secret = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let begins = ["sps_", "spr_", "spk_", "spl_"].into_iter().flat_map(|prefix| text.match_indices(prefix));
    let whole = begins.filter_map(|(from, _)| {
        let rest = text.as_bytes().get(from..from + 47)?;
        rest.iter().all(is_of_secret).then(|| text[from..from + 47].to_owned())
    });
    whole.collect()
}
