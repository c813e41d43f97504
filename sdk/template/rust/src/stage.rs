// SPDX-License-Identifier: MIT
//
// The stage itself: its description, its options and its work. Make it yours by replacing all three; of
// the C boundary (lib.rs, host.rs, sys.rs) it sees nothing but the host's functions.
use crate::host::{Error, Host, Result};
use crate::json;
use slipway_sys as sys;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};

pub const ID: &str = "my-stage\0";
pub const VERSION: &str = "1.0.0\0"; // raise it when the output changes: it is part of the host's cache key
pub const SUMMARY: &str = "write the checksum and size of a file\0";
pub const LICENSE: &str = "MIT\0";

/// Equal options, inputs and epoch give equal bytes: the host may then keep the result and not run the
/// stage again. Beware: a path counts by the content of its file, so it must not reach the output.
pub const FLAGS: u32 = sys::DETERMINISTIC;

/// The host checks the options against this schema before configure(), fills in the defaults, makes the
/// path absolute, and shows the descriptions in `slipway inspect` and in its errors.
pub const CONFIG_SCHEMA: &str = concat!(
    r#"{
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "file": {"type": "string", "slipwayPath": "file",
             "description": "read this file, and not the input"},
    "name": {"type": "string", "minLength": 1,
             "description": "what the line calls the file (default: the input's name, or -)"},
    "max_bytes": {"type": "integer", "minimum": 1, "maximum": 9007199254740991, "default": 1073741824,
                  "description": "refuse to read more than so many bytes"}
  }
}"#,
    "\0"
);

/// The input is optional because the option "file" can stand in for it.
pub const PORTS: &str = concat!(
    r#"{
  "inputs": [{"name": "input", "type": "*/*", "optional": true, "doc": "the file to read"}],
  "outputs": [{"name": "checksum", "type": "text/plain", "doc": "one line, as of cksum(1)"}]
}"#,
    "\0"
);

pub const CAPABILITIES: &str = "{}\0"; // no network, no programs, no root

/// The CRC of cksum, POSIX.1-2017: polynomial 0x04C11DB7, highest bit first, the length after the data.
struct Crc {
    table: [u32; 256],
    crc: u32,
    size: u64,
}

impl Crc {
    fn new() -> Crc {
        let mut table = [0; 256];
        for (i, entry) in table.iter_mut().enumerate() {
            *entry = (0..8).fold((i as u32) << 24, |crc, _| {
                crc << 1 ^ if crc & 0x8000_0000 != 0 { 0x04C1_1DB7 } else { 0 }
            });
        }
        Crc { table, crc: 0, size: 0 }
    }

    fn add(&mut self, byte: u8) {
        self.crc = self.crc << 8 ^ self.table[(self.crc >> 24) as usize ^ byte as usize];
    }

    fn update(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.add(*byte));
        self.size += bytes.len() as u64;
    }

    fn finish(mut self) -> (u32, u64) {
        let mut rest = self.size;
        while rest != 0 {
            self.add(rest as u8);
            rest >>= 8;
        }
        (!self.crc, self.size)
    }
}

fn io_error(subject: &str, error: std::io::Error) -> Error {
    Error { code: sys::IO, summary: format!("{subject}: {error}"), ..Error::default() }
}

#[derive(Default)]
pub struct Stage {
    file: Option<String>,
    name: Option<String>,
    max_bytes: u64,
}

impl Stage {
    pub fn configure(&mut self, options: &str) -> Result<()> {
        self.file = json::string_member(options, "file");
        self.name = json::string_member(options, "name");
        self.max_bytes = json::number_member(options, "max_bytes", 0);
        // The schema has seen to types and ranges; what it cannot say is checked here.
        if self.name.as_ref().map_or(false, |name| name.contains('\n')) {
            return Err(Error {
                code: sys::CONFIG,
                summary: "has a line break".into(),
                hint: "the result is one line",
                config_path: "/name",
            });
        }
        Ok(())
    }

    pub fn run(&mut self, host: Host) -> Result<()> {
        let (crc, size) = self.compute(host, self.open_source(host)?)?;
        let line = format!("{} {} {}\n", crc, size, self.source_name(host)?);
        let mut output = host.create_output("checksum", "checksum.txt")?;
        output.write_all(line.as_bytes()).map_err(|e| io_error("writing the checksum", e))?;
        drop(output); // closes it
        host.commit_output("checksum")
    }

    /// The option's file, or else the artifact wired to the input.
    fn open_source(&self, host: Host) -> Result<File> {
        let path = match &self.file {
            Some(path) => path,
            None if host.input_count("input") > 0 => return host.open_input("input", 0),
            None => {
                return Err(Error {
                    code: sys::CONFIG,
                    summary: "there is nothing to read".into(),
                    hint: "set the option 'file', or put a stage above this one",
                    config_path: "/file",
                })
            }
        };
        File::open(path).map_err(|error| Error {
            code: if error.kind() == ErrorKind::NotFound { sys::NOT_FOUND } else { sys::IO },
            summary: format!("opening '{path}': {error}"),
            hint: "",
            config_path: "/file",
        })
    }

    fn compute(&self, host: Host, mut file: File) -> Result<(u32, u64)> {
        let total = file.metadata().ok().filter(|m| m.is_file()).map_or(0, |m| m.len()); // 0: not known
        let mut crc = Crc::new();
        let mut buffer = [0; 65536];
        loop {
            if host.cancelled() {
                return Err(Error { code: sys::CANCELLED, ..Error::default() });
            }
            let n = match file.read(&mut buffer) {
                Ok(0) => return Ok(crc.finish()),
                Ok(n) => n,
                Err(e) if e.kind() == ErrorKind::Interrupted => continue,
                Err(e) => return Err(io_error("reading the file", e)),
            };
            crc.update(&buffer[..n]);
            if crc.size > self.max_bytes {
                return Err(Error {
                    code: sys::RESOURCE,
                    summary: format!("the file is larger than {} bytes", self.max_bytes),
                    hint: "raise max_bytes if the file may be so large",
                    config_path: "/max_bytes",
                });
            }
            host.progress(crc.size, total, "bytes");
        }
    }

    fn source_name(&self, host: Host) -> Result<String> {
        match (&self.name, &self.file) {
            (Some(name), _) => Ok(name.clone()),
            (None, Some(_)) => Ok("-".into()),
            (None, None) => {
                let meta = host.input_meta("input", 0)?;
                Ok(json::string_member(&meta, "name").unwrap_or_else(|| "-".into()))
            }
        }
    }
}
