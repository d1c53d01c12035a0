//! CPU and memory as the kernel reckons them (Linux); nothing elsewhere.

use std::time::Duration;

/// Ticks of the kernel's clock in a second, as `/proc` counts them everywhere.
const TICKS: u64 = 100;

/// CPU of this thread so far.
pub(crate) fn of_thread() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or_default())
}

/// CPU of a process so far, to a hundredth of a second.
pub(crate) fn of_process(id: u32) -> Duration {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    // Behind the name, which may hold anything, stand the fields from the third on.
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 1_000 / TICKS)
}

/// CPU of all processes of this name so far.
pub(crate) fn of_processes(name: &str) -> Duration {
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = all.filter_map(|entry| entry.file_name().to_string_lossy().parse::<u32>().ok());
    let named =
        ids.filter(|id| std::fs::read_to_string(format!("/proc/{id}/comm")).is_ok_and(|comm| comm.trim_end() == name));
    named.map(of_process).sum()
}

/// Megabytes resident.
pub(crate) fn resident_mb(id: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse::<u64>().ok()).unwrap_or_default() / 1024
}
