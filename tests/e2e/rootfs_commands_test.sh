#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# rootfs-test's commands in the tree of the small sample repository, in a real enclosure: what they may and may not,
# what is reported, and what is left behind; as root and without.
# shellcheck disable=SC2016,SC2153
set -euo pipefail
fail() { echo "FAILED: $*" >&2; exit 1; }
skip() { echo "SKIPPED: $*"; exit 77; }
[ "$(id -u)" = 0 ] || skip "another user and a missing capability take root to show"
unshare --mount --pid --ipc --uts --net --fork true || skip "this machine allows no namespaces"
chmod 755 . # of the unprivileged user's way to here
scratch=$PWD
export SLIPWAY_PLUGIN_PATH=$SLIPWAY_STAGES SLIPWAY_STATE=$PWD/state

chain() { # COMMANDS [EXCLUDE]
    printf '{"slipway": 1, "name": "t", "version": "1", "stages": [
      {"id": "packages", "use": "pacman-fetch", "with": {"repositories": [{"name": "sample", "servers": ["file://%s"]}],
       "install": ["base"]}}, {"id": "rootfs", "use": "rootfs-build", "with": {"exclude": %s}},
      {"id": "test", "use": "rootfs-test", "with": {"commands": %s}}]}' "$SLIPWAY_SAMPLE" "${2:-[]}" "$1" >chain.json
}
artifact() { # STAGE PORT: its file in the store
    local digest
    digest=$("$SLIPWAY" show --json | python3 -c 'import json, sys
print(*(o["sha256"] for s in json.load(sys.stdin)["stages"] if s["key"] == sys.argv[1]
        for o in s["outputs"] if o["port"] == sys.argv[2]))' "$1" "$2")
    echo "$SLIPWAY_STATE/store/sha256/${digest:0:2}/$digest"
}
clean() { [ -z "$(ls "$SLIPWAY_STATE/work")" ] || fail "something is left in the work folder: $*"; }
runs() {
    chain "$@"
    "$SLIPWAY" run --epoch 1700000001 chain.json >said 2>&1 || { cat said; fail "$1"; }
    clean "$@"
}
refuses() { # MESSAGE COMMANDS
    chain "$2"
    if "$SLIPWAY" run --epoch 1700000001 chain.json >said 2>&1; then cat said; fail "it should refuse: $2"; fi
    says "$1"
    clean "$2"
}
says() { grep -qF -- "$1" said || { cat said; fail "it does not say: $1"; }; }
bash_command() { # SCRIPT [MORE MEMBERS]
    python3 -c 'import json, sys
print(json.dumps({"run": ["bash", "-ec", sys.argv[1]], **json.loads(sys.argv[2])}))' "$1" "${2:-{\}}"
}

# --- what is reported, and that the tree is the tar's
good='[{"run": ["bash", "-c", "echo one; echo two >&2; exit 3"], "exit": 3, "matches": "^two$"}, {"run": ["sed", "--version"], "matches": "^sed .GNU sed."}]'
runs "$good"
says "ok: commands: 'sed --version' has exit code 0 and output that matches '^sed .GNU sed.'"
python3 - "$(artifact test report)" <<'END'
import json, sys
checks = [c for c in json.load(open(sys.argv[1]))["checks"] if c["check"] == "commands"]
assert [c["passed"] for c in checks] == [True, True], checks
assert checks[0]["run"] == ["bash", "-c", "echo one; echo two >&2; exit 3"] and checks[0]["exit"] == 3, checks
assert checks[0]["output"] == ["one", "two"], checks
END
cp "$(artifact test report)" as-root.json
tar=$(artifact rootfs rootfs)
listing='cd /; for f in $(compgen -G "usr/bin/*") etc/passwd etc/shadow; do [ -h "$f" ] || [ ! -f "$f" ] || { read -r -d "" -n 8 x <"$f" || true; echo "$f"; }; done'
runs "[$(bash_command "$listing")]"
[ "$(grep -c "'bash -ec .*: usr/bin/" said)" -gt 20 ] || { cat said; fail "the tree has no programs"; }

# --- the copy is thrown away: nothing gets to the tar or out, later commands see what earlier ones did
runs "[$(bash_command 'echo changed >/etc/passwd; echo out >/../escaped; echo x >/new'), $(bash_command '[ "$(</new)" = x ]')]"
cmp "$tar" "$(artifact rootfs rootfs)" || fail "the tar has changed"
[ ! -e escaped ] || fail "a command wrote outside"
# Arch's chain leaves these folders out of the tar.
runs "[$(bash_command 'echo >/dev/null; [ -r /proc/self/stat ]; [ -z "$(compgen -G "/tmp/*")" ]; echo x >/tmp/x; echo x >/run/x')]" '["dev", "proc", "run", "tmp"]'
runs "[$(bash_command 'no() { if "$@" 2>/dev/null; then echo "it can: $*"; exit 9; fi; }; [ "$UID" = 0 ]; [ $$ -lt 10 ]
no bash -c "echo >/dev/tcp/127.0.0.1/80"; no bash -c "echo >/dev/tcp/1.1.1.1/80"; no bash -c "echo 1 >/proc/sys/kernel/printk"
[ "$(</proc/sys/kernel/hostname)" = localhost ]; [ "$A,$SOURCE_DATE_EPOCH,$HOME" = b,1700000001,/root ]' '{"env": {"A": "b"}}')]"

# --- a failed command stops the chain, with what it printed; so does one that hangs
refuses "1 of 3 checks failed: commands: 'bash -c echo broken; exit 1': found exit code 1, expected exit code 0" \
    '[{"run": ["bash", "-c", "echo broken; exit 1"]}]'
says "| broken"
refuses "'no-such': found starting 'no-such': No such file or directory, expected exit code 0" '[{"run": ["no-such"]}]'
refuses "found that it was killed by signal 15 (Terminated), expected exit code 0" "[$(bash_command 'kill -TERM $$')]"
refuses "found no line that does, expected output that matches 'x'" "[$(bash_command 'echo y' '{"matches": "x"}')]"
refuses "found that it was stopped after 1.0 s, expected exit code 0" "[$(bash_command 'trap "" TERM; (exec -a slipway-test-sleeper bash -c "while :; do read -t 1 <>/dev/zero; done") & wait' '{"timeout": 1}')]"
! pgrep -f slipway-test-sleeper >/dev/null || fail "the timeout leaves processes"
runs "[$(bash_command '(exec -a slipway-test-daemon bash -c "while :; do read -t 1 <>/dev/zero; done") >/dev/null 2>&1 & read -r -t 0.3 <>/dev/zero || true')]"
says "left processes behind"
! pgrep -f slipway-test-daemon >/dev/null || fail "a daemon stays"

# --- Ctrl-C
chain "[$(bash_command 'echo begun; while :; do :; done')]"
"$SLIPWAY" run --epoch 1700000001 chain.json >said 2>&1 &
host=$!
until grep -q ': begun' said; do
    kill -0 "$host" 2>/dev/null || { cat said; fail "it does not begin"; }
    sleep 0.1
done
kill -INT "$host"
if wait "$host"; then fail "a cancelled run succeeds"; fi
says "cancelled"
clean "after Ctrl-C"

# --- what is missing is said
chain '[{"run": ["true"]}]'
if setpriv --bounding-set -sys_admin --inh-caps -sys_admin "$SLIPWAY" run --epoch 1700000001 chain.json >said 2>&1; then
    fail "it needs CAP_SYS_ADMIN"
fi
says "new namespaces: Operation not permitted"
says "hint: root needs CAP_SYS_ADMIN for this; a container takes it away"
clean "without CAP_SYS_ADMIN"
if "$SLIPWAY" run --isolation none --epoch 1700000001 chain.json >said 2>&1; then fail "isolation none"; fi
says "this host cannot run programs in the new root"

# --- without root
user=slipway-check-$$
if ! command -v newuidmap >/dev/null || ! useradd -M -K SUB_UID_COUNT=65536 -K SUB_GID_COUNT=65536 "$user" 2>/dev/null; then
    echo "NOT TESTED: rootless: no newuidmap, or no user could be added"
    exit 0
fi
trap 'userdel "$user" 2>/dev/null' EXIT
install -d -o "$user" rootless
SLIPWAY_STATE=$scratch/rootless/state
as_user() { setpriv --reuid "$user" --regid "$user" --clear-groups -- "$@"; }
if ! as_user test -x "$SLIPWAY"; then
    echo "NOT TESTED: rootless: user $user cannot reach $SLIPWAY"
elif ! as_user unshare --user true; then
    echo "NOT TESTED: rootless: this machine allows users no user namespace"
else
    chain "$good"
    as_user "$SLIPWAY" run --epoch 1700000001 chain.json >said 2>&1 || { cat said; fail "rootless"; }
    cmp "$(artifact test report)" as-root.json || fail "rootless reports something else"
    clean rootless
    sed -i "/^$user:/d" /etc/subuid
    chain '[{"run": ["true"]}]'
    if as_user "$SLIPWAY" run --epoch 1700000001 chain.json >said 2>&1; then fail "it needs a range"; fi
    says "root without being root: '/etc/subuid' has no range for user '$user'"
    # Without commands nobody needs one.
    chain '[]'
    as_user "$SLIPWAY" run --epoch 1700000001 chain.json >said 2>&1 || { cat said; fail "checks need no root"; }
fi
echo ok
