//! Line breaks of what is written in paragraphs. Pure.

/// The same text with every line break as `\n`, as it is kept: programs on Windows write `\r\n`, and old ones `\r` alone.
#[must_use]
pub fn plain_breaks(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}
