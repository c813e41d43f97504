// SPDX-License-Identifier: MIT
//
// my-stage: reads one file and writes the line that cksum(1) prints for it: checksum, size, name.
//
// A whole stage plugin in Rust, without any crate of others. This file is the C boundary: it translates between the
// host's calls and stage.rs, and lets no panic across. What the host may expect is written in slipway/stage.h.
mod host;
mod json;
mod stage;

use host::{Error, Host, Result};
use slipway_sys as sys;
use stage::Stage;
use std::ffi::CStr;
use std::mem::size_of;
use std::os::raw::{c_char, c_void};
use std::panic::{catch_unwind, AssertUnwindSafe};

/// An instance: what the host sees, and the stage behind it. `abi.data` points to the whole.
struct Instance {
    abi: sys::Instance,
    host: Host,
    stage: Stage,
}

/// Runs `body` and turns what comes of it into a status; a panic is a bug of the plugin.
fn contain(host: Host, body: impl FnOnce() -> Result<()>) -> sys::Status {
    let outcome = catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| {
        Err(Error { code: sys::INTERNAL, summary: "the plugin panicked".into(), ..Error::default() })
    });
    outcome.map_or_else(|error| host.report(&error), |()| sys::OK)
}

unsafe extern "C" fn configure(it: *mut sys::Instance, options: *const c_char) -> sys::Status {
    let it = &mut *((*it).data as *mut Instance);
    let options = CStr::from_ptr(options).to_string_lossy();
    contain(it.host, || it.stage.configure(&options))
}

unsafe extern "C" fn run(it: *mut sys::Instance, _job: *const sys::Job) -> sys::Status {
    let it = &mut *((*it).data as *mut Instance);
    contain(it.host, || it.stage.run(it.host))
}

unsafe extern "C" fn destroy(it: *mut sys::Instance) {
    drop(Box::from_raw((*it).data as *mut Instance));
}

unsafe extern "C" fn create(
    host: *const sys::Host,
    stage_id: *const c_char,
    instance: *mut *mut sys::Instance,
) -> sys::Status {
    if CStr::from_ptr(stage_id).to_bytes_with_nul() != stage::ID.as_bytes() {
        return sys::NOT_FOUND;
    }
    let abi = sys::Instance {
        struct_size: size_of::<sys::Instance>() as u32,
        reserved: 0,
        data: std::ptr::null_mut(),
        configure,
        run,
        get_extension: None,
        destroy,
    };
    let it = Box::into_raw(Box::new(Instance { abi, host: Host::new(host), stage: Stage::default() }));
    (*it).abi.data = it as *mut c_void;
    *instance = &mut (*it).abi;
    sys::OK
}

static STAGE: sys::StageDesc = sys::StageDesc {
    struct_size: size_of::<sys::StageDesc>() as u32,
    flags: stage::FLAGS,
    id: stage::ID.as_ptr() as *const c_char,
    version: stage::VERSION.as_ptr() as *const c_char,
    summary: stage::SUMMARY.as_ptr() as *const c_char,
    license: stage::LICENSE.as_ptr() as *const c_char,
    config_schema: stage::CONFIG_SCHEMA.as_ptr() as *const c_char,
    ports: stage::PORTS.as_ptr() as *const c_char,
    capabilities: stage::CAPABILITIES.as_ptr() as *const c_char,
};

unsafe extern "C" fn describe(_index: u32) -> *const sys::StageDesc {
    &STAGE // there is but one
}

static PLUGIN: sys::Plugin = sys::Plugin {
    struct_size: size_of::<sys::Plugin>() as u32,
    abi_major: sys::ABI_MAJOR,
    abi_minor: sys::ABI_MINOR,
    min_host_minor: 0,
    build_info: "my-stage 1.0.0\0".as_ptr() as *const c_char,
    stage_count: 1,
    reserved: 0,
    stage: describe,
    create,
    get_extension: None,
};

/// What the host calls first.
#[no_mangle]
pub extern "C" fn slipway_plugin_v1() -> *const sys::Plugin {
    &PLUGIN
}
