// SPDX-License-Identifier: MIT
//
// Holds this crate against slipway/stage.h: a C program made of the same names prints what the C compiler
// says of them. Looks for the header with pkg-config; SLIPWAY_INCLUDE names another folder.
use slipway_sys::*;
use std::fmt::Write;
use std::mem::{size_of, MaybeUninit};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::ptr::addr_of;

/// What is asked of C, and what Rust answers: a line of each for everything that both sides know.
#[derive(Default)]
struct Comparison {
    questions: String,
    answers: Vec<String>,
}

impl Comparison {
    fn number(&mut self, name: &str, expression: &str, value: i64) {
        writeln!(self.questions, "printf(\"{name} %lld\\n\", (long long)({expression}));").unwrap();
        self.answers.push(format!("{name} {value}"));
    }

    fn text(&mut self, name: &str, value: &str) {
        writeln!(self.questions, "printf(\"{name} %s\\n\", {name});").unwrap();
        self.answers.push(format!("{name} {}", value.trim_end_matches('\0')));
    }

    fn size(&mut self, c_type: &str, size: usize) {
        self.number(c_type, &format!("sizeof({c_type})"), size as i64);
    }

    fn field(&mut self, c_type: &str, field: &str, offset: usize, size: usize) {
        let field = field.trim_start_matches("r#");
        let name = format!("{c_type}.{field}");
        self.number(&name, &format!("offsetof({c_type}, {field})"), offset as i64);
        self.number(&format!("{name} size"), &format!("sizeof((({c_type}*)0)->{field})"), size as i64);
    }
}

fn size_behind<T>(_: *const T) -> usize {
    size_of::<T>()
}

/// compare!(into; c_type = RustType { field, ... })
macro_rules! compare {
    ($into:expr; $($c_type:ident = $rust:ident { $($field:ident),* $(,)? })*) => {$(
        let c_type = stringify!($c_type);
        $into.size(c_type, size_of::<$rust>());
        let whole = MaybeUninit::<$rust>::uninit();
        let base = whole.as_ptr();
        $(
            let field = unsafe { addr_of!((*base).$field) };
            $into.field(c_type, stringify!($field), field as usize - base as usize, size_behind(field));
        )*
    )*};
}

/// compare_numbers!(into; NAME, ...): SLIPWAY_NAME of the header.
macro_rules! compare_numbers {
    ($into:expr; $($name:ident),* $(,)?) => {$(
        let name = concat!("SLIPWAY_", stringify!($name));
        $into.number(name, name, $name as i64);
    )*};
}

fn everything() -> Comparison {
    let mut all = Comparison::default();
    compare!(all;
        slipway_diag = Diag {
            struct_size, severity, code, reserved, summary, detail, hint, config_path
        }
        slipway_host = Host {
            struct_size, abi_major, abi_minor, reserved, host_data, name, version, get_extension, log, report,
            cancelled, progress, input_count, input_open, input_meta, output_create, output_commit, secret_get,
            work_dir, cache_dir, epoch
        }
        slipway_effect_1 = Effect { struct_size, state, kind, target, summary, detail }
        slipway_host_effect_1 = EffectHost { declare }
        slipway_host_store_1 = StoreHost { contains, adopt, r#move }
        slipway_enclosed_1 = Enclosed { struct_size, reserved, root, arguments, environment, input, output }
        slipway_enclosed_end_1 = EnclosedEnd { struct_size, status, exit_code, signal, text }
        slipway_host_enclosure_1 = EnclosureHost { start }
        slipway_job = Job { struct_size, flags, attempt, reserved, run_id, stage, variant, chain }
        slipway_instance = Instance { struct_size, reserved, data, configure, run, get_extension, destroy }
        slipway_stage_desc = StageDesc {
            struct_size, flags, id, version, summary, license, config_schema, ports, capabilities
        }
        slipway_plugin = Plugin {
            struct_size, abi_major, abi_minor, min_host_minor, build_info, stage_count, reserved, stage, create,
            get_extension
        }
    );
    compare_numbers!(all;
        ABI_MAJOR, OK, WAITING, CANCELLED, CONFIG, NOT_FOUND, IO, NET_TRANSIENT, AUTH, VERIFY, UNSUPPORTED,
        DENIED, RESOURCE, CONFLICT, INTERNAL, CRASHED, TIMEOUT, DEBUG, INFO, WARNING, ERROR, EFFECT_PLANNED,
        EFFECT_STARTED, EFFECT_DONE, EFFECT_SKIPPED, JOB_DRY_RUN, DETERMINISTIC, IDEMPOTENT,
        EXTERNAL_EFFECTS, DRY_RUN, SEEKABLE_INPUTS
    );
    all.text("SLIPWAY_EXT_EFFECT_1", EXT_EFFECT_1);
    all.text("SLIPWAY_EXT_STORE_1", EXT_STORE_1);
    all.text("SLIPWAY_EXT_ENCLOSURE_1", EXT_ENCLOSURE_1);
    all
}

fn output_of(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// The folder above slipway/stage.h.
fn include_folder() -> PathBuf {
    if let Some(folder) = std::env::var_os("SLIPWAY_INCLUDE") {
        return folder.into();
    }
    let output = output_of(Command::new("pkg-config").args(["--variable=includedir", "slipway-sdk"]));
    String::from_utf8_lossy(&output.stdout).trim().replace('\\', "").into()
}

/// The answers of the C compiler's program.
fn ask_c(questions: &str, folder: &Path) -> String {
    let (source, program) = (folder.join("layout.c"), folder.join("layout"));
    let head = "#include <slipway/stage.h>\n#include <stddef.h>\n#include <stdio.h>\nint main(void) {\n";
    let minor = "printf(\"minor %u\\n\", SLIPWAY_ABI_MINOR);\n";
    std::fs::write(&source, format!("{head}{minor}{questions}return 0;\n}}\n")).unwrap();
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    output_of(
        Command::new(compiler).arg("-I").arg(include_folder()).arg(&source).arg("-o").arg(&program),
    );
    String::from_utf8(output_of(&mut Command::new(&program)).stdout).unwrap()
}

#[test]
fn this_crate_is_the_header() {
    let ours = everything();
    let theirs = ask_c(&ours.questions, Path::new(env!("CARGO_TARGET_TMPDIR")));
    let mut theirs = theirs.lines();
    let minor: u32 = theirs.next().and_then(|line| line.strip_prefix("minor ")).unwrap().parse().unwrap();
    assert!(minor >= ABI_MINOR, "the installed header is older than this crate: ABI 1.{minor}");
    for (ours, theirs) in ours.answers.iter().zip(theirs) {
        // Structs of a later minor version have grown at the tail.
        let grown = minor > ABI_MINOR && !ours.contains('.') && ours.starts_with("slipway_");
        assert!(ours == theirs || grown, "Rust says '{ours}', stage.h '{theirs}'");
    }
}
