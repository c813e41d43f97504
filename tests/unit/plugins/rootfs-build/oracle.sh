#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The judge of rootfs-build is pacman: installs hand-made packages with it, builds the same with the stage,
# unpacks that with GNU tar and with bsdtar, and compares every entry and the local database.
set -euo pipefail
if [ "$(id -u)" != 0 ]; then exec fakeroot -- bash "$0" "$@"; fi
here=$(dirname "$(realpath "$0")")
tools=$SLIPWAY_SOURCE/tests/tools
epoch=1793836800
scratch=$PWD
mkdir repo out

pack() { # NAME [PKGINFO-LINE...]
    local name=$1
    shift
    python3 "$here/oracle_tree.py" "tree/$name" "$name"
    printf '%s\n' "$@" | "$tools/pack-test-package" "tree/$name" "$name" "1.0-1" repo >/dev/null
}

pack filesystem 'pkgdesc = Base files' 'url = ' 'backup = etc/passwd' 'backup = etc/shadow' 'group = base'
pack tools 'depend = filesystem>=1' 'optdepend = docs: for manual pages' 'license = GPL' 'license = custom:x' \
    'backup = etc/tool.conf' 'backup = etc/missing' 'backup = etc/tool.alias' 'backup = etc/secret.conf' \
    'provides = tool=1:2.0-1' 'conflict = tool<3' 'replaces = old-tools' 'pkgdesc = Tools: a = b'
PACKAGE_LOCALE=C.UTF-8 pack names 'depend = filesystem'
TAR_OPTIONS_EXTRA='--read-sparse --acls' pack attributes 'depend = filesystem'
pack docs 'depend = tools' 'backup = etc/docs.conf' 'backup = usr/share/man/man1/tool.1'
printf '%s\n' opt/odd/early opt/odd opt/unlisted opt/listed .hidden .MTREE .PKGINFO >odd.order
python3 "$here/oracle_tree.py" tree/odd odd
# shellcheck disable=SC2094
MTREE_WITHOUT=opt/unlisted ORDER=$scratch/odd.order TAR_OPTIONS_EXTRA='--no-recursion' \
    "$tools/pack-test-package" tree/odd odd 1.0-1 repo <<<'depend = filesystem' >/dev/null
NO_MTREE=1 pack bare 'depend = filesystem'
mkdir -p tree/all
printf 'depend = %s\n' docs names attributes odd bare |
    "$tools/pack-test-package" tree/all all 1.0-1 repo >/dev/null
pack clash-file 'depend = filesystem'
pack clash-folder 'depend = filesystem'
repo-add -q repo/test.db.tar.gz repo/*.pkg.tar.zst >/dev/null

pacman_in() { # ROOT ARG...
    local root=$1
    shift
    LC_ALL=C.UTF-8 pacman -r "$root" --config "$root.conf" --cachedir "$scratch/cache" --hookdir "$scratch/nohooks" --noconfirm "$@"
}

new_root() { # ROOT [NOEXTRACT-PATTERN...]
    local root=$1
    shift
    mkdir -p "$root/var/lib/pacman"
    { printf '[options]\nArchitecture = x86_64\nSigLevel = Never\n'
      [ $# = 0 ] || printf 'NoExtract = %s\n' "$@"
      printf '[test]\nServer = file://%s\n' "$scratch/repo"; } >"$root.conf"
}

build() { # OUT OPTIONS LOCK: runs the stage on the lock's packages
    local packages
    mapfile -t packages < <(python3 -c 'import json,sys
for p in json.load(open(sys.argv[1]))["packages"]: print("packages=" + sys.argv[2] + "/" + p["filename"])' "$3" "$scratch/repo")
    "$SLIPWAY_BUILD/bin/run-stage" "$SLIPWAY_STAGES/rootfs-build.so" rootfs-build "$1" "$2" epoch=$epoch "lock=$3" \
        "${packages[@]}"
}

same_as_pacman() { # NAME OPTIONS [NOEXTRACT-PATTERN...]
    local name=$1 options=$2
    shift 2
    new_root "$scratch/pacman-$name" "$@"
    pacman_in "$scratch/pacman-$name" -Sy >/dev/null
    "$tools/make-lock" repo pacman -r "$scratch/pacman-$name" --config "$scratch/pacman-$name.conf" \
        --cachedir "$scratch/cache" -- all >"$name.json"
    pacman_in "$scratch/pacman-$name" -S --noscriptlet all >"$name.log" 2>&1 || { cat "$name.log"; return 1; }
    build "out/$name" "$options" "$name.json" 2>"$name.said" || { cat "$name.said"; return 1; }
    local tar=$scratch/out/$name/rootfs/rootfs.tar
    mkdir "ours-$name"
    tar -xpf "$tar" --numeric-owner --xattrs --xattrs-include='*' -C "ours-$name"
    cp "pacman-$name.conf" "ours-$name.conf"
    "$tools/compare-roots" "pacman-$name" "ours-$name" $epoch
}

same_as_pacman plain '{}'
grep -q "directory permissions differ on 'usr/share/shared'" plain.said
grep -q "'opt/unlisted' is not in its .MTREE" plain.said

# pacman -Qkk says the same of ours as of its own root. (It does complain: packages share a folder with other
# attributes. Only the clamped mtime is our own.)
for root in pacman-plain ours-plain; do
    pacman_in "$scratch/$root" -Qkk 2>&1 | grep -v '^warning: database' | sed "s,$scratch/$root,ROOT,g" >"$root.qkk" || true
done
for package in filesystem names all; do
    grep -q "^$package: .* 0 altered files" ours-plain.qkk || { cat ours-plain.qkk; exit 1; }
done
diff pacman-plain.qkk <(grep -v attributes/future ours-plain.qkk | sed '/^attributes:/s/1 altered file$/0 altered files/')

patterns=('usr/share/doc/*' '!usr/share/doc/*/copyright' 'usr/share/man/*' 'usr/share/locale/*' '!usr/share/locale/en*'
          'usr/share/empty/' 'usr/share/shared/from-docs' '\!nothing' 'usr/share/odd/\!*' 'usr/share/odd/first' 'usr/share/odd/decomposed*')
json=$(python3 -c 'import json,sys; print(json.dumps({"no_extract": sys.argv[1:]}))' "${patterns[@]}")
same_as_pacman noextract "$json" "${patterns[@]}"
[ ! -e ours-noextract/usr/share/doc/b ] && [ -e ours-noextract/usr/share/doc/a/copyright ]
[ ! -e ours-noextract/usr/share/odd/!important ]
grep -q "hard link 'usr/share/odd/third' is left out: no_extract took 'usr/share/odd/first'" noextract.said

# bsdtar unpacks the same (it would compose the decomposed name, which is left out of this one).
mkdir ours-bsdtar
bsdtar -xpf out/noextract/rootfs/rootfs.tar --numeric-owner -C ours-bsdtar
"$tools/compare-roots" pacman-noextract ours-bsdtar $epoch

# Excludes are GNU tar's, anchored: what tar would leave out of pacman's tree is not in ours.
excludes=(srv 'usr/share/doc/*' 'usr/share/l[m-p]cale' 'etc/*.conf' 'usr/*/man' 'usr/share/odd/\!*' 'usr/lib/p?pe'
          'usr/share/names/[[]brackets*' root/ 'tmp/*' 'share' '*/empty' 'etc/passwd/*' 'usr/share/attributes/**d')
json=$(python3 -c 'import json,sys; print(json.dumps({"exclude": sys.argv[1:]}))' "${excludes[@]}")
build out/excluded "$json" plain.json 2>excluded.said || { cat excluded.said; exit 1; }
tar -tf out/excluded/rootfs/rootfs.tar --quoting-style=escape | sort >excluded.ours
excludes[8]=root # tar does not match a slash at the end of a pattern; we take it off
(cd ours-plain && find . -mindepth 1 -maxdepth 1 -printf '%P\n' | tar --anchored "${excludes[@]/#/--exclude=}" -cf - --files-from - 2>/dev/null) |
    tar -tf - --quoting-style=escape | sort >excluded.tar
diff excluded.tar excluded.ours
[ "$(wc -l <excluded.ours)" -lt "$(tar -tf out/plain/rootfs/rootfs.tar | wc -l)" ]

# What pacman refuses, the stage refuses.
for clash in clash-file clash-folder; do
    new_root "$scratch/$clash"
    pacman_in "$scratch/$clash" -Sy >/dev/null
    if pacman_in "$scratch/$clash" -S "$clash" >"$clash.log" 2>&1; then exit 1; fi
    grep -q 'exists in both' "$clash.log"
    "$tools/make-lock" repo pacman -r "$scratch/$clash" --config "$scratch/$clash.conf" --cachedir cache -- "$clash" >"$clash.json"
    status=0
    build "out/$clash" '{}' "$clash.json" 2>"$clash.said" || status=$?
    [ $status = 7 ] || { cat "$clash.said"; exit 1; }
    grep "^error: file conflict: .*package '$clash-1.0-1'.*package 'filesystem-1.0-1'" "$clash.said"
done

# The same bytes whatever the environment.
build out/again '{}' plain.json 2>/dev/null
mkdir "other folder"
(cd "other folder" && umask 077 && TZ=Asia/Tokyo LC_ALL=C build ../out/other '{}' ../plain.json 2>/dev/null)
for file in rootfs/rootfs.tar manifest/manifest.json; do
    cmp out/plain/$file out/again/$file
    cmp out/plain/$file out/other/$file
done
python3 -m json.tool out/plain/manifest/manifest.json >/dev/null
