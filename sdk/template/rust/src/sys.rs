// SPDX-License-Identifier: MIT
//
// slipway/stage.h in Rust, ABI 1.0: the same structs in the same order. The header is the specification
// and says what every field means; keep the two in step.
#![allow(dead_code)]

use std::mem::size_of;
use std::os::raw::{c_char, c_int, c_void};

pub const ABI_MAJOR: u32 = 1;
pub const ABI_MINOR: u32 = 0;

pub type Status = i32;
pub const OK: Status = 0;
pub const WAITING: Status = 1;
pub const CANCELLED: Status = -1;
pub const CONFIG: Status = -2;
pub const NOT_FOUND: Status = -3;
pub const IO: Status = -4;
pub const NET_TRANSIENT: Status = -5;
pub const AUTH: Status = -6;
pub const VERIFY: Status = -7;
pub const UNSUPPORTED: Status = -8;
pub const DENIED: Status = -9;
pub const RESOURCE: Status = -10;
pub const CONFLICT: Status = -11;
pub const INTERNAL: Status = -12;

pub const DEBUG: i32 = 0;
pub const INFO: i32 = 1;
pub const WARNING: i32 = 2;
pub const ERROR: i32 = 3;

pub const JOB_DRY_RUN: u32 = 1 << 0;

pub const DETERMINISTIC: u32 = 1 << 0;
pub const IDEMPOTENT: u32 = 1 << 1;
pub const EXTERNAL_EFFECTS: u32 = 1 << 2;
pub const DRY_RUN: u32 = 1 << 3;
pub const SEEKABLE_INPUTS: u32 = 1 << 4;

/// slipway_diag
#[repr(C)]
pub struct Diag {
    pub struct_size: u32,
    pub severity: i32,
    pub code: Status,
    pub reserved: u32,
    pub summary: *const c_char,
    pub detail: *const c_char,
    pub hint: *const c_char,
    pub config_path: *const c_char,
}

/// slipway_host
#[repr(C)]
pub struct Host {
    pub struct_size: u32,
    pub abi_major: u32,
    pub abi_minor: u32,
    pub reserved: u32,
    pub host_data: *mut c_void,
    pub name: *const c_char,
    pub version: *const c_char,
    pub get_extension: unsafe extern "C" fn(*const Host, *const c_char) -> *const c_void,
    pub log: unsafe extern "C" fn(*const Host, i32, *const c_char),
    pub report: unsafe extern "C" fn(*const Host, *const Diag),
    pub cancelled: unsafe extern "C" fn(*const Host) -> i32,
    pub progress: unsafe extern "C" fn(*const Host, u64, u64, *const c_char),
    pub input_count: unsafe extern "C" fn(*const Host, *const c_char) -> u32,
    pub input_open: unsafe extern "C" fn(*const Host, *const c_char, u32, *mut c_int) -> Status,
    pub input_meta: unsafe extern "C" fn(*const Host, *const c_char, u32, *mut *const c_char) -> Status,
    pub output_create: unsafe extern "C" fn(*const Host, *const c_char, *const c_char, *mut c_int) -> Status,
    pub output_commit: unsafe extern "C" fn(*const Host, *const c_char, *const c_char) -> Status,
    pub secret_get: unsafe extern "C" fn(*const Host, *const c_char, *mut *const c_char) -> Status,
    pub work_dir: unsafe extern "C" fn(*const Host) -> *const c_char,
    pub cache_dir: unsafe extern "C" fn(*const Host) -> *const c_char,
    pub epoch: unsafe extern "C" fn(*const Host) -> i64,
}

/// slipway_job
#[repr(C)]
pub struct Job {
    pub struct_size: u32,
    pub flags: u32,
    pub attempt: u32,
    pub reserved: u32,
    pub run_id: *const c_char,
    pub stage: *const c_char,
    pub variant: *const c_char,
    pub chain: *const c_char,
}

/// slipway_instance
#[repr(C)]
pub struct Instance {
    pub struct_size: u32,
    pub reserved: u32,
    pub data: *mut c_void,
    pub configure: unsafe extern "C" fn(*mut Instance, *const c_char) -> Status,
    pub run: unsafe extern "C" fn(*mut Instance, *const Job) -> Status,
    pub get_extension: Option<unsafe extern "C" fn(*mut Instance, *const c_char) -> *const c_void>,
    pub destroy: unsafe extern "C" fn(*mut Instance),
}

/// slipway_stage_desc
#[repr(C)]
pub struct StageDesc {
    pub struct_size: u32,
    pub flags: u32,
    pub id: *const c_char,
    pub version: *const c_char,
    pub summary: *const c_char,
    pub license: *const c_char,
    pub config_schema: *const c_char,
    pub ports: *const c_char,
    pub capabilities: *const c_char,
}

/// slipway_plugin
#[repr(C)]
pub struct Plugin {
    pub struct_size: u32,
    pub abi_major: u32,
    pub abi_minor: u32,
    pub min_host_minor: u32,
    pub build_info: *const c_char,
    pub stage_count: u32,
    pub reserved: u32,
    pub stage: unsafe extern "C" fn(u32) -> *const StageDesc,
    pub create: unsafe extern "C" fn(*const Host, *const c_char, *mut *mut Instance) -> Status,
    pub get_extension: Option<unsafe extern "C" fn(*const c_char) -> *const c_void>,
}

// They hold pointers to constant text only.
unsafe impl Sync for StageDesc {}
unsafe impl Sync for Plugin {}

// The sizes that the header pins for 64-bit platforms.
#[cfg(target_pointer_width = "64")]
const _: () = assert!(
    size_of::<Diag>() == 48
        && size_of::<Host>() == 152
        && size_of::<Job>() == 48
        && size_of::<Instance>() == 48
        && size_of::<StageDesc>() == 64
        && size_of::<Plugin>() == 56
);
