// SPDX-License-Identifier: MIT
//
// The plugin as its users get it, against every rule of the stage ABI, with the cases in the folder check.
// SLIPWAY names another slipway than that in the PATH.
use std::path::Path;
use std::process::Command;

#[test]
fn slipway_check_finds_nothing() {
    let here = env!("CARGO_MANIFEST_DIR");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    // cargo builds no cdylib for a test.
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--offline", "--target-dir"])
        .arg(target)
        .current_dir(here)
        .status();
    assert!(built.expect("cargo").success());

    let slipway = std::env::var_os("SLIPWAY").unwrap_or_else(|| "slipway".into());
    let checked = Command::new(&slipway)
        .arg("check")
        .arg(target.join("release/libmy_stage.so"))
        .args(["--case", "check"])
        .current_dir(here)
        .output()
        .unwrap_or_else(|error| panic!("{slipway:?}: {error} (hint: install slipway, or set SLIPWAY)"));
    let said = String::from_utf8_lossy(&checked.stdout) + String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success(), "{said}");
}
