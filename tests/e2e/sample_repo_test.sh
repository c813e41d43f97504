#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The generated sample repository installs with the real pacman, and comes out the same each time.
#   sample_repo_test.sh SOURCE_DIR SCRATCH_DIR
# The first run downloads about 7 MB through apt, unless SLIPWAY_SAMPLE_WORK names the --work
# directory of an earlier one.
set -euo pipefail

generator=$(realpath "$1")/tests/tools/make-sample-repo
scratch=$(realpath -m "$2")/sample-repo
work=$(realpath -m "${SLIPWAY_SAMPLE_WORK:-$2/sample-work}")
repo=$scratch/repo
root=$scratch/root
python=$(python3 -c 'import sys; print(sys.executable)')

rm -rf "$scratch"
mkdir -p "$scratch"/{bin,cache,gnupg,hooks,killer} "$root/var/lib/pacman"
cd "$scratch"

# Runs a check and tells how it ended. Inside of one, bash ignores `set -e`: chain with &&.
check() {
    local name=$1
    shift
    if "$@" >output 2>&1; then
        echo "ok: $name"
    else
        echo "FAILED: $name"
        sed 's/^/    /' output
        exit 1
    fi
}

generate() {
    "$generator" --small --out "$repo" --work "$work" "$@"
}

# Runs as root, or as what fakeroot remembers from one call to the next.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        touch fakeroot.state && fakeroot -i fakeroot.state -s fakeroot.state -- "$@"
    fi
}

pacman_in_root() {
    as_root env LC_ALL=C pacman --root "$root" --dbpath "$root/var/lib/pacman" \
        --config pacman.conf --noconfirm "$@"
}

package_files() {
    find "$repo" -name '*.pkg.tar.zst' -printf '%f\n'
}

# refused STATUS TEXT... -- COMMAND...: the command ends with the status and says all the texts.
refused() {
    local status=$1 texts=() actual=0 text
    shift
    while [ "$1" != -- ]; do
        texts+=("$1")
        shift
    done
    shift
    "$@" >refusal 2>&1 || actual=$?
    cat refusal
    [ "$actual" = "$status" ] || return 1
    for text in "${texts[@]}"; do
        grep -qF -- "$text" refusal || return 1
    done
}

made_complete() {
    generate && (cd "$repo" && sha256sum --check --quiet stamp) &&
        [ "$(package_files | wc -l)" -ge 15 ] && [ -e "$repo/sample.db" ] &&
        [ -e "$repo/sample.files" ] && cmp "$repo/lock" "$work/lock-small"
}

write_pacman_conf() {
    cat >pacman.conf <<EOF
[options]
Architecture = auto
CacheDir = $scratch/cache
GPGDir = $scratch/gnupg
HookDir = $scratch/hooks
LogFile = $scratch/pacman.log
[sample]
SigLevel = Never
Server = file://$repo
EOF
    # a hook is masked by a link of its name
    package_files | while read -r file; do
        bsdtar -tf "$repo/$file" | sed -n 's|^usr/share/libalpm/hooks/\(.\)|\1|p'
    done | while read -r hook; do
        ln -s /dev/null "hooks/$hook"
    done
}

installs() {
    write_pacman_conf && pacman_in_root -Sy --noscriptlet base &&
        [ "$(pacman_in_root -Qq | wc -l)" = "$(package_files | wc -l)" ] &&
        [ -x "$root/usr/bin/bash" ] && [ "$(readlink "$root/bin")" = usr/bin ]
}

verifies() {
    pacman_in_root -Qkk >verified 2>&1 && cat verified &&
        ! grep -v ', 0 altered files$' verified &&
        [ "$(wc -l <verified)" = "$(package_files | wc -l)" ]
}

# a damaged file must not pass, or the check above says nothing
notices_damage() {
    echo damage >>"$root/usr/bin/sed" && ! verifies
}

is_up_to_date() {
    local before
    before=$(stat -c '%i %y' "$repo") && generate 2>said && grep -F "$repo: up to date" said &&
        [ "$(stat -c '%i %y' "$repo")" = "$before" ]
}

# zstd is called once all packages are unpacked; this one ends the generator there and then
survives_a_kill() {
    cat >killer/zstd <<'EOF' && chmod +x killer/zstd &&
#!/bin/sh
kill -KILL "$PPID"
EOF
        ! PATH=$scratch/killer:$PATH generate --force && [ -d "$repo.new" ] && is_up_to_date
}

# as far from the first run as can be, and with no apt that could help
repeats() {
    local other=$scratch/other/work
    printf '#!/bin/sh\nexit 99\n' >bin/apt-get && chmod +x bin/apt-get &&
        mkdir -p "$other" && ln -s "$work/debs" "$other/debs" &&
        cp "$work/lock-small" "$other/" && mv "$repo" first &&
        mkdir -p "$repo" && cp -a first/. "$repo/" &&
        (umask 077 && TZ=Pacific/Auckland LC_ALL=C PATH=$scratch/bin:$PATH \
            generate --force --jobs 1 --work "$other" 2>said) &&
        ! grep 'up to date' said && diff -r first "$repo" &&
        [ "$(stat -c %i "$repo")" != "$(stat -c %i first)" ] && [ ! -e "$repo.new" ]
}

remakes_what_is_damaged() {
    rm "$repo/sample.db" && generate 2>said && ! grep 'up to date' said && diff -r first "$repo"
}

keeps_strangers() {
    mkdir strangers && echo precious >strangers/file &&
        refused 1 'strangers' 'holds files' 'choose another --out' -- \
            generate --out strangers && [ "$(cat strangers/file)" = precious ]
}

refuses_another_deb() {
    sed 's/^\(sed [^ ]*\) .*/\1 '"$(printf '0%.0s' {1..64})"'/' "$repo/lock" >wrong.lock &&
        refused 1 'is not the sed' 'remove the file and run again' -- \
            generate --lock wrong.lock --out wrong && [ ! -e wrong ]
}

says_what_is_not_downloaded() {
    local said='cannot download' pins
    mapfile -t pins < <(awk '!/^#/ { print $1 "=" $2 }' "$repo/lock")
    # apt gets as far as the network only where its lists still have these versions
    if apt-get download --print-uris "${pins[@]}" >/dev/null 2>&1; then
        said="cannot download ${#pins[@]} packages:"
    fi
    printf 'Acquire::%s::Proxy "http://127.0.0.1:1";\n' http https >no-network.conf &&
        echo 'Acquire::Retries "0";' >>no-network.conf &&
        APT_CONFIG=$scratch/no-network.conf refused 1 "$said" 'sed' '--work' -- \
            generate --lock "$repo/lock" --work empty-work --out none && [ ! -e none ]
}

touch file
check 'makes the small repository' made_complete
check 'pacman installs base, which is every package' installs
check 'pacman finds every file as the packages have it' verifies
check 'pacman notices a file that is not' notices_damage
check 'a second run says up to date and changes nothing' is_up_to_date
check 'a killed run leaves the old repository' survives_a_kill
check 'a forced run elsewhere, without apt, gives the same bytes' repeats
check 'a damaged repository is made again' remakes_what_is_damaged
check 'missing programs are named with their Debian packages' refused 1 'not found in PATH' \
    vercmp repo-add makepkg pacman-package-manager -- env PATH=/nonexistent \
    "$python" "$generator" --small --out "$scratch/none" --work "$work"
check 'an unwritable --out is refused' refused 1 "cannot make '$scratch/file/repo'" \
    'hint: choose an --out where this user may write' -- generate --out "$scratch/file/repo"
check 'a directory of other files is refused and kept' keeps_strangers
check 'a .deb that the lock does not name is refused' refuses_another_deb
check 'without network the missing .deb files are named' says_what_is_not_downloaded
check 'a bad option is refused' refused 2 "'23' is not a number from 1 to 22" -- \
    generate --level 23
