#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The headers stand alone, in every language version they promise, with every compiler that is here; and
# the templates compile without a warning.
set -euo pipefail
sdk=$SLIPWAY_SOURCE/sdk
warnings=(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)

# compiles COMPILER STANDARD FILE
compiles() {
    if ! "$1" "-std=$2" "${warnings[@]}" -fPIC "-I$sdk/include" -c "$3" -o object.o; then
        echo "FAILED: $1 -std=$2 $3" && exit 1
    fi
    echo "ok: $1 -std=$2 ${3##*/}"
}

# The header comes first and twice, and SLIPWAY_HAS and the entry point are used.
for language in c cpp; do
    cat >header.$language <<'END'
#include <slipway/stage.h>
#include <slipway/stage.h>
int has(const slipway_host* host);
int has(const slipway_host* host) { return SLIPWAY_HAS(host, epoch) && slipway_plugin_v1()->stage_count == SLIPWAY_OK; }
END
done
# Only the standard's own: nothing that a POSIX system would add.
cat >strict.c <<'END'
#include <slipway/stage.h>
#if defined(_STDIO_H) || defined(_STDLIB_H) || defined(_STRING_H) || defined(_UNISTD_H)
#error "stage.h includes more than <stddef.h> and <stdint.h>"
#endif
slipway_entry_fn entry = slipway_plugin_v1;
END
printf '#include <slipway/stage.hpp>\n#include <slipway/stage.hpp>\n' >layer.cpp
# Two source files of one plugin may both use the layer.
cat >one.cpp <<'END'
#include <slipway/stage.hpp>
slipway::result<void> work(slipway::context& context) { return context.create_output("a", "b").value().commit(); }
END
cat >two.cpp <<'END'
#include <slipway/stage.hpp>
slipway::result<void> work(slipway::context& context);
struct Two final : slipway::stage {
    static constexpr slipway::stage_info info{.id = "two", .version = "1.0.0", .summary = "s", .license = "MIT"};
    slipway::result<void> configure(std::string_view) override { return {}; }
    slipway::result<slipway::outcome> run(slipway::context& context) override {
        if (auto done = work(context); !done) return done.error();
        return slipway::outcome::done;
    }
};
SLIPWAY_EXPORT_PLUGIN("two", Two)
END

seen=()
for compiler in gcc clang-14; do
    command -v $compiler >/dev/null || continue
    seen+=("$compiler")
    for standard in c11 c17 c2x; do compiles $compiler $standard header.c; done
    compiles $compiler c11 strict.c
    for file in "$sdk"/template/c/*.c; do compiles $compiler c11 "$file"; done
done
for compiler in g++ clang++-14; do
    command -v $compiler >/dev/null || continue
    seen+=("$compiler")
    for standard in c++11 c++14 c++17 c++20 c++2b; do compiles $compiler $standard header.cpp; done
    for standard in c++20 c++2b; do compiles $compiler $standard layer.cpp; done
    compiles $compiler c++20 "$sdk/template/cpp/plugin.cpp"
    # Even without the version script and -fvisibility=hidden nothing of the layer itself gets out.
    $compiler -std=c++20 "${warnings[@]}" -Wno-attributes -fPIC "-I$sdk/include" -shared "-Wl,-z,defs" one.cpp two.cpp \
        -o two.so
    leaked=$(nm -D --defined-only two.so | grep -E ' _Z[A-Z]*NK?7slipway' || true)
    [ -z "$leaked" ] || { echo "FAILED: $compiler exports $leaked" && exit 1; }
    echo "ok: $compiler links two source files"
done
[ ${#seen[@]} -ge 2 ] || { echo "FAILED: no compilers: ${seen[*]}" && exit 1; }
