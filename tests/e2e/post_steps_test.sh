#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Commands, hooks and edits of rootfs-build in a root made of this machine's own tools: as root against pacman and
# chroot, without root against that, and everything that can go wrong in between.
# shellcheck disable=SC2015,SC2016,SC2153
set -euo pipefail
fail() { echo "FAILED: $*" >&2; exit 1; }
skip() { echo "SKIPPED: $*"; exit 77; }
same() { [ "$1" = "$2" ] || fail "expected: $2"$'\n'"got:      $1"; }
[ "$(id -u)" = 0 ] || skip "pacman and chroot, the judges, need real root"
unshare --mount --pid --ipc --uts --net --fork true || skip "this machine allows no namespaces"
chmod 755 . # of the unprivileged user's way to here
tools=$SLIPWAY_SOURCE/tests/tools scratch=$PWD
export SLIPWAY_PLUGIN_PATH=$SLIPWAY_STAGES SLIPWAY_STATE=$PWD/state SOURCE_DATE_EPOCH=1700000001
mkdir repo

# --- a root with a shell, made of what this machine has
programs="bash cat chmod chown env id ln ls mkdir mkfifo mknod mv rm setcap getcap sed sleep sort touch setsid tee dd head cp"
mkdir -p tree/tools/{usr/bin,usr/share/libalpm/hooks,etc,dev,proc,run,tmp,root,bin}
for program in $programs; do
    path=$(PATH=/usr/sbin:/usr/bin:/sbin:/bin command -v "$program")
    cp -L "$path" tree/tools/usr/bin/
    { ldd "$path" | grep -o '/[^ ]*' || true; } | while read -r library; do cp -Ln --parents "$library" tree/tools/; done
done
ln -s ../usr/bin/bash tree/tools/bin/sh
chmod 1777 tree/tools/tmp
printf 'root::19000:0:99999:7:::\nbin:!*:19000::::::\n' >tree/tools/etc/shadow
chmod 600 tree/tools/etc/shadow
printf '#de_DE.UTF-8 UTF-8\n#en_US.UTF-8 UTF-8\n' >tree/tools/etc/locale.gen
echo secret | tee tree/tools/etc/remove-me >tree/tools/etc/gone
ln tree/tools/usr/bin/env tree/tools/usr/bin/env2
setcap cap_net_raw=ep tree/tools/usr/bin/head
cat >tree/tools/.INSTALL <<'EOF'
post_install() { echo "script $1 $(cat /etc/remove-me)" >>/etc/order; }
pre_install() { echo never >>/etc/order; }
EOF
hook() { cat >"tree/tools/usr/share/libalpm/hooks/$1.hook"; }
hook 20-targets <<'EOF'
# a comment
[Trigger]
Operation = Install
Operation = Upgrade
Type = Path
Target = usr/share/icons/*
Target = !usr/share/icons/b/*
Target = usr/share/icons/b/keep
[Trigger]
Type = Path
Operation = Remove
Target = *
[Action]
Description = Collects targets
When = PostTransaction
Exec = /usr/bin/tee "/etc/targets"
NeedsTargets
EOF
hook 10-words <<'EOF'
[Trigger]
Type = Package
Operation = Install
Target = icon*
[Action]
When = PostTransaction
Depends = tools
Exec = /bin/sh -c 'printf "<%s>" "$@" >>/etc/words' x "a b" c\ d \"e" f\'\"g" h\\i "" j''k
EOF
hook 00-before <<'EOF'
[Trigger]
Type = Package
Operation = Install
Target = *
[Action]
When = PreTransaction
Exec = /bin/sh -c 'echo never >>/etc/order'
EOF
find tree/tools -exec touch -hd @1600000000 {} +
"$tools/pack-test-package" tree/tools tools 1.0-1 repo </dev/null >/dev/null
mkdir -p tree/icons/usr/share/icons/{a,b}
touch -d @1600000000 tree/icons/usr/share/icons/{a/1,a/2,b/1,b/keep}
"$tools/pack-test-package" tree/icons icons 1.0-1 repo <<<'depend = tools' >/dev/null
repo-add -q repo/test.db.tar.gz repo/*.pkg.tar.zst >/dev/null

chain() { # WITH
    printf '{"slipway": 1, "name": "t", "version": "1", "stages": [
      {"id": "packages", "use": "pacman-fetch", "with": {"repositories": [{"name": "test", "servers": ["file://%s/repo"]}],
       "install": ["icons"]}}, {"id": "rootfs", "use": "rootfs-build", "with": %s}]}' "$scratch" "$1" >chain.json
}
tar_of_last() { # the tar in the store of the newest run
    local digest
    digest=$("$SLIPWAY" show --json | python3 -c 'import json, sys
print(*(o["sha256"] for s in json.load(sys.stdin)["stages"] for o in s["outputs"] if o["port"] == "rootfs"))')
    find "$SLIPWAY_STATE" -name "*${digest:2}*" -type f | head -1
}
runs() { chain "$1"; "$SLIPWAY" run chain.json >said 2>&1 || { cat said; fail "$1"; }; }
refuses() { # MESSAGE WITH
    chain "$2"
    if "$SLIPWAY" run chain.json >said 2>&1; then cat said; fail "it should refuse: $2"; fi
    grep -qF -- "$1" said || { cat said; fail "it does not say: $1"; }
    [ -z "$(ls "$SLIPWAY_STATE/work")" ] || fail "something is left in the work folder: $2"
}
sh_command() { python3 -c 'import json, sys; print(json.dumps({"run": ["sh", "-ec", sys.argv[1]]}))' "$1"; }

# --- as pacman and chroot would have made it
work='chown 5:6 /etc/locale.gen; touch -d @1500000000 /etc/old; cat /etc/conf.d/x /etc/new >/etc/seen; echo new >/etc/new; chown 1000:65533 /etc/new
chmod 4755 /etc/new; ln /etc/new /etc/zlink; ln /usr/bin/env /usr/bin/env3; mv /usr/bin/mknod /usr/bin/mknod2; mkdir -m 1777 /opt
mkfifo /opt/pipe; ln -s nowhere /opt/link; cp /usr/bin/cat /opt/cat; setcap cap_net_bind_service=ep /opt/cat; rm -r /usr/share/icons/a
rm /etc/remove-me; mkdir /etc/remove-me; echo x >/etc/remove-me/x; chmod 700 /usr/share/icons/b; echo "$LANG $HOME $SOURCE_DATE_EPOCH" >/etc/env
echo tmp >/tmp/x; echo run >/run/x; rm /bin/sh; ln -s /usr/bin/bash /bin/sh; sort /etc/order -o /etc/order; chmod 6755 /usr/bin/id'
hooks='"hooks": ["20-targets.hook", "tools.install", "10-words.hook"]'
edits='"edit": [{"path": "etc/shadow", "lock_password": "root"}, {"path": "etc/locale.gen", "replace": {"match": "#en_US.UTF-8 UTF-8", "with": "en_US.UTF-8 UTF-8", "at": "line"}},
 {"path": "etc/locale.gen", "append": "C.UTF-8 UTF-8\n"}, {"path": "etc/new", "content": "edited\n"}, {"path": "etc/conf.d/x", "content": "made\n", "mode": "0640"},
 {"path": "etc/gone", "remove": true}, {"path": "etc/nothing", "remove": true, "optional": true}]'
runs "{$hooks, $edits, \"commands\": [$(sh_command "$work")], \"exclude\": [\"opt/link\"]}"
tar=$(tar_of_last)
mkdir ours pacman pacman/var pacman/var/lib pacman/var/lib/pacman
tar -xpf "$tar" --numeric-owner --xattrs --xattrs-include='*' -C ours
printf '[options]\nArchitecture = x86_64\nSigLevel = Never\n[test]\nServer = file://%s/repo\n' "$scratch" >pacman.conf
pacman -r "$scratch/pacman" --config pacman.conf --cachedir "$scratch/cache" --noconfirm -Sy icons >pacman.log 2>&1 ||
    { cat pacman.log; fail pacman; }
rm pacman/etc/gone
sed -i 's/^root::/root:!:/' pacman/etc/shadow
sed -i 's/^#en_US/en_US/' pacman/etc/locale.gen
echo C.UTF-8 UTF-8 >>pacman/etc/locale.gen
echo edited >pacman/etc/new
mkdir -p pacman/etc/conf.d
echo made >pacman/etc/conf.d/x
chmod 640 pacman/etc/conf.d/x
env -i PATH=/usr/bin:/bin HOME=/root LANG=C.UTF-8 SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" "$(command -v chroot)" pacman sh -ec "umask 022; $work"
rm -r pacman/tmp/x pacman/run/x pacman/opt/link 2>/dev/null || true
"$tools/compare-roots" pacman ours "$SOURCE_DATE_EPOCH" || fail "not what pacman and chroot make"
[ "$(stat -c %Y ours/etc/old)" = 1500000000 ] || fail "an older time that a command set is kept"
[ "$(tar -tf "$tar" | sort | uniq -d)" = "" ] || fail "an entry comes twice"
python3 - "$tar" <<'EOF'
import sys, tarfile
tar = tarfile.open(sys.argv[1])
seen = {""}
for member in tar:
    parent = member.name.rpartition("/")[0]
    assert parent in seen, f"{member.name} comes before its folder"
    seen.add(member.name)
    assert member.mtime <= 1700000001, f"{member.name} is of {member.mtime}"
EOF
cp "$tar" as-root.tar
cp chain.json full.json

# --- the same bytes again, and without root
runs "{$hooks, $edits, \"commands\": [$(sh_command "$work"), {\"run\": [\"id\"]}], \"exclude\": [\"opt/link\"]}"
cmp "$(tar_of_last)" as-root.tar || fail "another run makes other bytes"
user=slipway-test-$$
if command -v newuidmap >/dev/null && useradd -M -K SUB_UID_COUNT=65536 -K SUB_GID_COUNT=65536 "$user" 2>/dev/null; then
    trap 'userdel "$user" 2>/dev/null' EXIT
    install -d -o "$user" rootless
    as_user() { setpriv --reuid "$user" --regid "$user" --clear-groups -- env SLIPWAY_STATE="$scratch/rootless/state" "$@"; }
    if ! as_user test -x "$SLIPWAY"; then
        echo "NOT TESTED: rootless: user $user cannot reach $SLIPWAY"
    elif ! as_user unshare --user true; then
        echo "NOT TESTED: rootless: this machine allows users no user namespace"
    else
        as_user "$SLIPWAY" run full.json >said 2>&1 || { cat said; fail "rootless"; }
        SLIPWAY_STATE=$scratch/rootless/state
        cmp "$(tar_of_last)" as-root.tar || fail "rootless makes other bytes"
        [ -z "$(ls rootless/state/work)" ] || fail "rootless leaves something in the work folder"
        # A run that was killed leaves files of other owners: the next one removes them.
        chain "{\"commands\": [$(sh_command 'mkdir -m 700 /opt; chown 5:5 /opt; sleep 60')]}"
        as_user "$SLIPWAY" run chain.json >said 2>&1 &
        until ls -d rootless/state/work/*/*/tree/opt >/dev/null 2>&1; do sleep 0.1; done
        sleep 0.3
        pkill -KILL -u "$user" -x slipway || true
        wait || true
        as_user "$SLIPWAY" run full.json >said 2>&1 || { cat said; fail "after a killed run"; }
        [ -z "$(ls rootless/state/work)" ] || fail "what a killed run left is still there"
        # What is missing is said.
        sed -i "/^$user:/d" /etc/subuid
        chain "{\"commands\": [$(sh_command true)]}"
        if as_user "$SLIPWAY" run chain.json >said 2>&1; then fail "it needs a range"; fi
        grep -qF "root without being root: '/etc/subuid' has no range for user '$user'" said || { cat said; fail "no range"; }
        grep -qF "usermod --add-subuids 100000-165535 $user" said || { cat said; fail "no hint"; }
        SLIPWAY_STATE=$scratch/state
        # Without commands nobody needs to be root, nor a range.
        chain '{"edit": [{"path": "etc/shadow", "lock_password": "root"}]}'
        as_user "$SLIPWAY" run chain.json >said 2>&1 || { cat said; fail "edits need no root"; }
    fi
else
    echo "NOT TESTED: rootless: no newuidmap, or no user could be added"
fi

# --- what a command sees, and cannot do
SLIPWAY_STATE=$scratch/state
sees=$(
    cat <<'EOF'
no() { if "$@" 2>/dev/null; then echo "it can: $*"; exit 9; fi; }
[ "$(id -u)" = 0 ]; [ -c /dev/null ]; no test -e /dev/sda
[ "$(cat /proc/sys/kernel/hostname)" = localhost ]
[ -z "$(ls /tmp)$(ls /run)" ]
[ "$$" -lt 10 ]
no mknod /x c 1 3
no test -e /x
no bash -c 'echo 1 >/proc/sys/kernel/printk'
no bash -c 'echo >/dev/tcp/127.0.0.1/80'
no bash -c 'echo >/dev/tcp/1.1.1.1/80'
[ "$(env | sed 's/=.*//' | sort)" = "HOME
LANG
PATH
PWD
SHLVL
SOURCE_DATE_EPOCH
_" ]
[ "$PATH" = /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin ]
echo outside >/../escaped
ln -s "$OUTSIDE" /out
no touch /out/x
EOF
)
runs "$(python3 -c 'import json, sys
print(json.dumps({"commands": [{"run": ["sh", "-ec", sys.argv[1]], "env": {"OUTSIDE": sys.argv[2]}}]}))' "${sees/PATH$'\n'PWD/OUTSIDE$'\n'PATH$'\n'PWD}" "$scratch")"
[ ! -e "$scratch/escaped" ] || fail "a command wrote outside"
[ ! -e "$scratch/x" ] || fail "a command wrote outside"
runs "{\"commands\": [{\"run\": [\"env\"], \"env\": {\"A\": \"b c\", \"HOME\": \"/h\"}}]}"
grep -q "command 'env': A=b c" said && grep -q "command 'env': HOME=/h" said || { cat said; fail "the command's own variables"; }

# --- what goes wrong
refuses "command 'sh' exited with 3: last words" "{\"commands\": [$(sh_command 'echo first; echo last words; exit 3')]}"
refuses "command 'sh' was killed by signal 15 (Terminated)" "{\"commands\": [$(sh_command 'kill -TERM $$')]}"
refuses "command 'no-such': starting 'no-such': No such file or directory" '{"commands": [{"run": ["no-such", "x"]}]}'
refuses "command '/etc/shadow': starting '/etc/shadow': Permission denied" '{"commands": [{"run": ["/etc/shadow"]}]}'
refuses "command 'sh' was stopped after 1.0 s" '{"commands": [{"run": ["sh", "-c", "trap : TERM; setsid sleep 71717 & sleep 71717"], "timeout": 1}]}'
! pgrep -f 'sleep 71717' || fail "the timeout leaves processes"
runs "{\"commands\": [$(sh_command 'setsid sleep 81818 >/dev/null 2>&1 & sleep 0.3')]}"
grep -q "command 'sh' left processes behind: sleep; they were killed" said || { cat said; fail "daemon"; }
! pgrep -f 'sleep 81818' || fail "a daemon stays"
mkdir small-disk
mount -t tmpfs -o size=40m none small-disk
SLIPWAY_STATE=$scratch/small-disk
refuses "rootfs: failed: " "{\"commands\": [$(sh_command 'dd if=/dev/zero of=/big bs=1M status=none')]}"
# Who comes first, dd or the supervisor, which leaves room for others.
grep -qE "^rootfs: failed: (command 'sh' exited with 1: dd: error writing '/big': No space left on device|left less than .* free on the disk)" said ||
    { cat said; fail "a full disk"; }
runs '{"commands": [{"run": ["id"]}]}'
SLIPWAY_STATE=$scratch/state
umount small-disk
refuses "hook '99-none.hook': no package brings it" '{"hooks": ["99-none.hook"]}'
refuses "hook '00-before.hook': it is a PreTransaction hook" '{"hooks": ["00-before.hook"]}'
refuses "install script 'icons.install': package 'icons-1.0-1' has no post_install" '{"hooks": ["icons.install"]}'
refuses "install script 'what.install': there is no such package" '{"hooks": ["what.install"]}'
refuses "edit of 'etc/nothing': there is no such file" '{"edit": [{"path": "etc/nothing", "append": "x"}]}'
refuses "edit of 'etc/shadow': it changes nothing" '{"edit": [{"path": "etc/shadow", "lock_password": "bin"}]}'
refuses "edit of 'bin/sh': it is a symlink, and not a file" '{"edit": [{"path": "bin/sh", "append": "x"}]}'
refuses "edit of 'etc/shadow': it says more than one change" '{"edit": [{"path": "etc/shadow", "append": "x", "remove": true}]}'
chain '{"commands": [{"run": ["true"]}]}'
if "$SLIPWAY" run --isolation none chain.json >said 2>&1; then fail "isolation none"; fi
grep -qF "this host cannot run programs in the new root" said || { cat said; fail "isolation none"; }

# --- edits alone make the same as edits before a command that does nothing
runs '{"edit": [{"path": "etc/shadow", "lock_password": "root"}, {"path": "etc/a/b", "content": "x"}, {"path": "etc/remove-me", "remove": true}]}'
tar=$(tar_of_last)
runs '{"commands": [{"run": ["id"]}], "edit": [{"path": "etc/shadow", "lock_password": "root"}, {"path": "etc/a/b", "content": "x"}, {"path": "etc/remove-me", "remove": true}]}'
cmp "$tar" "$(tar_of_last)" || fail "edits differ with and without commands"
echo ok
