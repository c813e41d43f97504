// SPDX-License-Identifier: MIT
//
// slipway/stage.h in Rust, ABI 1.0: the same structs in the same order. The header is the specification
// and says what every field means; tests/layout.rs holds this file against it.
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
pub const CRASHED: Status = -13; // the host's alone
pub const TIMEOUT: Status = -14; // the host's alone

pub const DEBUG: i32 = 0;
pub const INFO: i32 = 1;
pub const WARNING: i32 = 2;
pub const ERROR: i32 = 3;

pub const EFFECT_PLANNED: i32 = 0;
pub const EFFECT_STARTED: i32 = 1;
pub const EFFECT_DONE: i32 = 2;
pub const EFFECT_SKIPPED: i32 = 3;

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

/// What Host::get_extension() is asked for, and what it points to: EffectHost, StoreHost, EnclosureHost.
pub const EXT_EFFECT_1: &str = "slipway.effect/1\0";
pub const EXT_STORE_1: &str = "slipway.store/1\0";
pub const EXT_ENCLOSURE_1: &str = "slipway.enclosure/1\0";

/// slipway_effect_1
#[repr(C)]
pub struct Effect {
    pub struct_size: u32,
    pub state: i32,
    pub kind: *const c_char,
    pub target: *const c_char,
    pub summary: *const c_char,
    pub detail: *const c_char,
}

/// slipway_host_effect_1
#[repr(C)]
pub struct EffectHost {
    pub declare: unsafe extern "C" fn(*const Host, *const Effect) -> Status,
}

/// slipway_host_store_1
#[repr(C)]
pub struct StoreHost {
    pub contains: unsafe extern "C" fn(*const Host, *const c_char) -> Status,
    pub adopt: unsafe extern "C" fn(
        *const Host,
        *const c_char,
        *const c_char,
        *const c_char,
        *const c_char,
    ) -> Status,
    pub r#move: unsafe extern "C" fn(
        *const Host,
        *const c_char,
        *const c_char,
        *const c_char,
        *const c_char,
    ) -> Status,
}

/// slipway_enclosed_1
#[repr(C)]
pub struct Enclosed {
    pub struct_size: u32,
    pub reserved: u32,
    pub root: *const c_char,
    pub arguments: *const *const c_char,
    pub environment: *const *const c_char,
    pub input: i32,
    pub output: i32,
}

/// slipway_enclosed_end_1
#[repr(C)]
pub struct EnclosedEnd {
    pub struct_size: u32,
    pub status: Status,
    pub exit_code: i32,
    pub signal: i32,
    pub text: [c_char; 1024],
}

/// slipway_host_enclosure_1
#[repr(C)]
pub struct EnclosureHost {
    pub start: unsafe extern "C" fn(*const Host, *const Enclosed, *mut c_int) -> Status,
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
