// SPDX-License-Identifier: MIT
//
// The host as a stage sees it: the C functions of slipway_host in safe Rust.
use slipway_sys as sys;
use std::ffi::{CStr, CString};
use std::fs::File;
use std::os::raw::c_char;
use std::os::unix::io::FromRawFd;
use std::ptr;

/// Why a stage failed: a status, and what the user sees.
#[derive(Default)]
pub struct Error {
    pub code: sys::Status,
    pub summary: String,    // one line: subject, cause; empty: the host has told already
    pub hint: &'static str, // what to do
    pub config_path: &'static str, // JSON pointer to the option that is to blame
}

pub type Result<T> = std::result::Result<T, Error>;

/// Text for the other side; what follows a NUL byte is cut off.
fn c_text(text: &str) -> CString {
    CString::new(text.split('\0').next().unwrap_or("")).unwrap_or_default()
}

fn check(code: sys::Status) -> Result<()> {
    // When a host function fails, the host has told the user why.
    if code == sys::OK {
        Ok(())
    } else {
        Err(Error { code, ..Error::default() })
    }
}

#[derive(Clone, Copy)]
pub struct Host(*const sys::Host);

impl Host {
    /// # Safety
    /// `host` is what create() was given, and the instance has not been destroyed.
    pub unsafe fn new(host: *const sys::Host) -> Host {
        Host(host)
    }

    fn abi(&self) -> &sys::Host {
        unsafe { &*self.0 }
    }

    /// Tell the user why the stage fails; gives the status to return.
    pub fn report(&self, error: &Error) -> sys::Status {
        let (summary, hint) = (c_text(&error.summary), c_text(error.hint));
        let config_path = c_text(error.config_path);
        let optional = |text: &CString| if text.as_bytes().is_empty() { ptr::null() } else { text.as_ptr() };
        let diag = sys::Diag {
            struct_size: std::mem::size_of::<sys::Diag>() as u32,
            severity: sys::ERROR,
            code: error.code,
            reserved: 0,
            summary: summary.as_ptr(),
            detail: ptr::null(),
            hint: optional(&hint),
            config_path: optional(&config_path),
        };
        if !error.summary.is_empty() {
            unsafe { (self.abi().report)(self.0, &diag) };
        }
        error.code
    }

    pub fn cancelled(&self) -> bool {
        unsafe { (self.abi().cancelled)(self.0) != 0 }
    }

    /// `total` 0: not known.
    pub fn progress(&self, done: u64, total: u64, unit: &str) {
        unsafe { (self.abi().progress)(self.0, done, total, c_text(unit).as_ptr()) }
    }

    pub fn input_count(&self, port: &str) -> u32 {
        unsafe { (self.abi().input_count)(self.0, c_text(port).as_ptr()) }
    }

    pub fn open_input(&self, port: &str, index: u32) -> Result<File> {
        let mut fd = -1;
        check(unsafe { (self.abi().input_open)(self.0, c_text(port).as_ptr(), index, &mut fd) })?;
        Ok(unsafe { File::from_raw_fd(fd) })
    }

    /// The description of an input, as JSON text.
    pub fn input_meta(&self, port: &str, index: u32) -> Result<String> {
        let mut text: *const c_char = ptr::null();
        check(unsafe { (self.abi().input_meta)(self.0, c_text(port).as_ptr(), index, &mut text) })?;
        Ok(unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
    }

    /// Write to the file, drop it, then commit_output(). Without that the host throws the artifact away.
    pub fn create_output(&self, port: &str, name: &str) -> Result<File> {
        let mut fd = -1;
        check(unsafe {
            (self.abi().output_create)(self.0, c_text(port).as_ptr(), c_text(name).as_ptr(), &mut fd)
        })?;
        Ok(unsafe { File::from_raw_fd(fd) })
    }

    pub fn commit_output(&self, port: &str) -> Result<()> {
        check(unsafe { (self.abi().output_commit)(self.0, c_text(port).as_ptr(), ptr::null()) })
    }
}
