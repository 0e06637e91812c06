//! A layer below SQLite (<https://sqlite.org/vfs.html>) whose n-th write, sync, read or truncation fails: the disk is full,
//! or gives an I/O error. Databases opened with `?vfs=faulty` are on it.

#![expect(unsafe_code, reason = "SQLite's layers are C")]

use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, Once, OnceLock};

use libsqlite3_sys as sqlite;

/// The layer's name.
pub const NAME: &str = "faulty";
const C_NAME: &CStr = c"faulty";

/// What fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A write, because the disk is full.
    Full,
    /// A write, by an I/O error.
    Write,
    /// A sync.
    Sync,
    /// A read.
    Read,
}

/// How long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lasting {
    /// The n-th one alone.
    Once,
    /// From the n-th on, until [`disarm`].
    On,
}

/// 0 is nothing, then the faults in their order.
static KIND: AtomicI64 = AtomicI64::new(0);
static LASTS: AtomicBool = AtomicBool::new(false);
/// How many more of its kind succeed.
static LEFT: AtomicI64 = AtomicI64::new(0);
static HIT: AtomicBool = AtomicBool::new(false);

/// From now on `fault` happens at the operation `number` (1 is the next) of its kind.
pub fn arm(fault: Fault, number: i64, lasting: Lasting) {
    HIT.store(false, Ordering::SeqCst);
    LASTS.store(lasting == Lasting::On, Ordering::SeqCst);
    LEFT.store(number - 1, Ordering::SeqCst);
    KIND.store(fault as i64 + 1, Ordering::SeqCst);
}

/// All is well again. Whether anything failed.
pub fn disarm() -> bool {
    KIND.store(0, Ordering::SeqCst);
    HIT.load(Ordering::SeqCst)
}

fn fails(fault: Fault) -> bool {
    if KIND.load(Ordering::SeqCst) != fault as i64 + 1 {
        return false;
    }
    let left = LEFT.fetch_sub(1, Ordering::SeqCst);
    let hit = left == 0 || (left < 0 && LASTS.load(Ordering::SeqCst));
    if hit {
        HIT.store(true, Ordering::SeqCst);
    }
    hit
}

/// The usual layer's own functions. All its kinds of files have the same ones for what can fail here.
static USUAL: OnceLock<sqlite::sqlite3_io_methods> = OnceLock::new();
/// The tables of functions that were made, by the usual one that each stands for.
static MADE: Mutex<Option<HashMap<usize, usize>>> = Mutex::new(None);

/// Makes the layer known to SQLite.
pub fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: the default layer lives as long as the process, and so does what is leaked here.
        unsafe {
            sqlite::sqlite3_initialize();
            let usual = sqlite::sqlite3_vfs_find(std::ptr::null());
            assert!(!usual.is_null());
            let mut vfs = *usual;
            vfs.pNext = std::ptr::null_mut();
            vfs.zName = C_NAME.as_ptr();
            vfs.xOpen = Some(open);
            let status = sqlite::sqlite3_vfs_register(Box::leak(Box::new(vfs)), 0);
            assert_eq!(status, sqlite::SQLITE_OK);
        }
    });
}

unsafe extern "C" fn open(
    vfs: *mut sqlite::sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: called by SQLite as the usual function is, with room for the usual layer's file.
    unsafe {
        let usual = sqlite::sqlite3_vfs_find(std::ptr::null());
        let Some(open) = (*usual).xOpen else {
            return sqlite::SQLITE_CANTOPEN;
        };
        let status = open(vfs, name, file, flags, out);
        let methods = (*file).pMethods;
        if status != sqlite::SQLITE_OK || methods.is_null() {
            return status;
        }
        USUAL.get_or_init(|| *methods);
        let mut made = MADE.lock().unwrap();
        let ours = made
            .get_or_insert_default()
            .entry(methods as usize)
            .or_insert_with(|| {
                let mut ours = *methods;
                ours.xWrite = Some(write);
                ours.xSync = Some(sync);
                ours.xRead = Some(read);
                std::ptr::from_ref(Box::leak(Box::new(ours))) as usize
            });
        (*file).pMethods = *ours as *const sqlite::sqlite3_io_methods;
        status
    }
}

unsafe extern "C" fn write(
    file: *mut sqlite::sqlite3_file,
    from: *const c_void,
    amount: c_int,
    at: i64,
) -> c_int {
    if fails(Fault::Full) {
        return sqlite::SQLITE_FULL;
    }
    if fails(Fault::Write) {
        return sqlite::SQLITE_IOERR_WRITE;
    }
    // SAFETY: the file is the usual layer's.
    USUAL
        .get()
        .and_then(|usual| usual.xWrite)
        .map_or(sqlite::SQLITE_IOERR, |write| unsafe {
            write(file, from, amount, at)
        })
}

unsafe extern "C" fn sync(file: *mut sqlite::sqlite3_file, flags: c_int) -> c_int {
    if fails(Fault::Sync) {
        return sqlite::SQLITE_IOERR_FSYNC;
    }
    // SAFETY: the file is the usual layer's.
    USUAL
        .get()
        .and_then(|usual| usual.xSync)
        .map_or(sqlite::SQLITE_IOERR, |sync| unsafe { sync(file, flags) })
}

unsafe extern "C" fn read(
    file: *mut sqlite::sqlite3_file,
    into: *mut c_void,
    amount: c_int,
    at: i64,
) -> c_int {
    if fails(Fault::Read) {
        return sqlite::SQLITE_IOERR_READ;
    }
    // SAFETY: the file is the usual layer's.
    USUAL
        .get()
        .and_then(|usual| usual.xRead)
        .map_or(sqlite::SQLITE_IOERR, |read| unsafe {
            read(file, into, amount, at)
        })
}
