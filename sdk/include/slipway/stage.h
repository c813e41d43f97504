/* SPDX-License-Identifier: MIT
 *
 * Slipway stage ABI 1.0 - the contract between the Slipway host and a stage plugin.
 *
 * This header is the specification. It is C11, includes nothing but <stddef.h> and <stdint.h>, and
 * links to nothing: a plugin is an ordinary shared object, written in any language that can export a
 * C function and follow the rules below. A plugin built against ABI 1.x loads in every later 1.y host.
 *
 * The life of a plugin (each step in a worker process of its own, never in the host's):
 *
 *   dlopen()                      constructors run here, already inside the sandbox
 *   slipway_plugin_v1()           returns the plugin's constant description
 *   plugin->stage(i)              the stage types it offers
 *   plugin->create(host, id, &s)  makes one instance of one stage type
 *   s->configure(s, json)         checks and takes the options; no effects, no input, no output
 *   s->run(s, job)                does the work; called at most once an instance
 *   s->destroy(s)                 frees the instance
 *   _exit()                       a worker is never dlclose()d and never runs exit handlers
 *
 * Rules that hold everywhere
 * --------------------------
 * Growth.    Structs grow at the tail only; a field never moves and never changes its meaning. The
 *            first field of every struct is `struct_size`, set by whoever fills the struct to the size
 *            it was compiled with. Read a field only if SLIPWAY_HAS() says it is there. Nobody writes
 *            past the other side's struct_size.
 * Versions.  abi_major differs: not loadable. plugin->min_host_minor > host->abi_minor: not loadable,
 *            with both versions in the message. Everything else loads.
 * Unknown.   An unknown flag or an unknown capability is refused by the host, never ignored: a plugin
 *            that asks for something this host does not know must not run without it. An unknown
 *            negative status, and any undefined positive one, reads as SLIPWAY_INTERNAL.
 * Memory.    Whoever allocates frees. A string or struct passed to a function is borrowed for the
 *            duration of that call, and is not NULL unless its comment says so. A string that a host
 *            function returns or stores through a pointer belongs to the host and stays valid until
 *            destroy() returns (a secret: until run() returns). What a plugin function
 *            returns belongs to the plugin and stays valid until destroy() (instances) or until the
 *            process ends (descriptions).
 * Text.      Strings are NUL-terminated UTF-8. JSON is RFC 8259 text. Paths are bytes without NUL.
 * Threads.   [main] functions are called by the host on one thread, one at a time. Host functions
 *            marked [any] may be called from every thread while run() is active; the others only
 *            from the thread that called run(). Inputs, outputs, secrets and effects belong to run();
 *            log(), report(), cancelled(), get_extension(), work_dir(), cache_dir() and epoch() may be
 *            called in create(), configure() and destroy() too.
 * Errors.    Functions return a slipway_status. To explain a failure, call host->report() first: the user
 *            sees what happened, why, and what to do. The last report of severity SLIPWAY_ERROR counts. A
 *            host function that fails has reported why itself, unless its comment says otherwise: pass its
 *            status on, and report only what you know better. No C++ exception, longjmp() or signal leaves.
 * Process.   Standard input is /dev/null; standard output and error become log lines, within a limit. The
 *            environment is clean, the current folder the work folder (but for `--isolation none`: use
 *            work_dir()). SIGPIPE and SIGXFSZ are ignored, in programs it starts, too: a write fails with
 *            EPIPE or EFBIG. Host descriptors are close-on-exec. Children must be gone when run() returns.
 */
#ifndef SLIPWAY_STAGE_H
#define SLIPWAY_STAGE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SLIPWAY_ABI_MAJOR 1u
#define SLIPWAY_ABI_MINOR 0u

/* The one symbol a plugin exports, as text. The 1 is SLIPWAY_ABI_MAJOR. */
#define SLIPWAY_ENTRY_SYMBOL "slipway_plugin_v1"

#if defined(__GNUC__)
#define SLIPWAY_EXPORT __attribute__((visibility("default")))
#else
#define SLIPWAY_EXPORT
#endif

/* Is field `f` inside the struct that pointer `s` points to, as its owner compiled it? `s` not NULL.
 * A function field that is there may still be NULL where its comment says "optional". */
#define SLIPWAY_HAS(s, f)                                                                                    \
    ((size_t)(s)->struct_size >= (size_t)((const char*)&(s)->f - (const char*)(s)) + sizeof((s)->f))

/* ---------------------------------------------------------------------------------------- status */

/* What a call came to. 0 is success; SLIPWAY_WAITING is no failure either; failures are negative. */
typedef int32_t slipway_status;

enum {
    SLIPWAY_OK = 0,
    SLIPWAY_WAITING = 1,        /* run() only: park the run, call again later in a new process */
    SLIPWAY_CANCELLED = -1,     /* stopped because host->cancelled() said so */
    SLIPWAY_CONFIG = -2,        /* an option is missing, unknown or makes no sense */
    SLIPWAY_NOT_FOUND = -3,     /* a named thing (file, package, tag, repository) does not exist */
    SLIPWAY_IO = -4,            /* a local read or write failed */
    SLIPWAY_NET_TRANSIENT = -5, /* the network or a server failed in a way that may pass */
    SLIPWAY_AUTH = -6,          /* a credential is missing, wrong, expired or not enough */
    SLIPWAY_VERIFY = -7,        /* a digest, signature, size or check is not what it must be */
    SLIPWAY_UNSUPPORTED = -8,   /* valid, but this plugin, host or machine cannot do it */
    SLIPWAY_DENIED = -9,        /* policy or permission says no */
    SLIPWAY_RESOURCE = -10,     /* out of memory, disk space, descriptors or another limit */
    SLIPWAY_CONFLICT = -11,     /* the outside world holds something else in our place; left alone */
    SLIPWAY_INTERNAL = -12,     /* a bug in the plugin */
    SLIPWAY_CRASHED = -13,      /* the host's alone: the worker died */
    SLIPWAY_TIMEOUT = -14       /* the host's alone: the stage's time was over */
};

/* ------------------------------------------------------------------------------------ diagnostics */

enum { SLIPWAY_DEBUG = 0, SLIPWAY_INFO = 1, SLIPWAY_WARNING = 2, SLIPWAY_ERROR = 3 };

/* One finding for the user. Summaries are lower case, without a full stop: subject, then cause. */
typedef struct slipway_diag {
    uint32_t struct_size;
    int32_t severity;        /* SLIPWAY_DEBUG ... SLIPWAY_ERROR */
    slipway_status code;     /* what kind of failure; SLIPWAY_OK for a mere remark */
    uint32_t reserved;       /* 0 */
    const char* summary;     /* one line: "reading 'core.db': truncated gzip stream" */
    const char* detail;      /* optional (may be NULL): more lines, such as a server's own words */
    const char* hint;        /* optional: what to do: "run again with --refresh" */
    const char* config_path; /* optional: JSON pointer into the stage's options (RFC 6901): "/format" */
} slipway_diag;

/* ------------------------------------------------------------------------------------------- host */

typedef struct slipway_host slipway_host;

/* What the host offers to an instance. Passed to create() and valid until destroy() returns. */
struct slipway_host {
    uint32_t struct_size;
    uint32_t abi_major;
    uint32_t abi_minor;
    uint32_t reserved; /* 0 */
    void* host_data;   /* the host's own; not for plugins */
    const char* name;  /* "slipway" */
    const char* version;

    /* A host extension by id ("slipway.effect/1"), or NULL when this host does not have it. The table
     * found is frozen: a new meaning gets a new id. (A struct passed through one that has a struct_size
     * grows as all do.) [any] */
    const void* (*get_extension)(const slipway_host* host, const char* id);

    /* A line for the log. level: SLIPWAY_DEBUG ... SLIPWAY_ERROR. [any] */
    void (*log)(const slipway_host* host, int32_t level, const char* message);

    /* A finding for the user. The last SLIPWAY_ERROR explains a failed call, the last INFO or WARNING what
     * SLIPWAY_WAITING waits for. INFO, detail "expires=2026-12-01T10:00:00Z": a secret ends then. [any] */
    void (*report)(const slipway_host* host, const slipway_diag* diag);

    /* Not 0 as soon as the user wants the stage to stop. Ask at least ten times a second of work, and
     * return SLIPWAY_CANCELLED. After a few seconds comes SIGTERM, then SIGKILL. [any] */
    int32_t (*cancelled)(const slipway_host* host);

    /* How far the work is, in `unit` ("bytes", "packages", "files"). total 0: not known. Call it as
     * often as you like, the host thins it out. [any] */
    void (*progress)(const slipway_host* host, uint64_t done, uint64_t total, const char* unit);

    /* How many artifacts are wired to an input port; 0 for an optional port left open, and for a name
     * that is no input port. */
    uint32_t (*input_count)(const slipway_host* host, const char* port);

    /* Open input `index` for reading. *fd belongs to the caller and starts at the first byte, with an
     * offset of its own. It is a regular file if the stage has the flag SLIPWAY_SEEKABLE_INPUTS, and may
     * be a pipe if not: a second open of that is SLIPWAY_CONFLICT.
     * SLIPWAY_NOT_FOUND: no such port or index. */
    slipway_status (*input_open)(const slipway_host* host, const char* port, uint32_t index, int* fd);

    /* The input's description:
     *   {"name": "base.tar", "type": "application/x-tar", "size": 123, "sha256": "64 hex digits",
     *    "stage": "rootfs", "variant": {"group": "base"}, "annotations": {"key": "value"}}
     * size and sha256 are absent while the artifact is still being made (a pipe). */
    slipway_status (*input_meta)(const slipway_host* host, const char* port, uint32_t index,
                                 const char** json);

    /* Start an artifact on an output port. `name` is a file name for people (no '/', not empty, 255
     * bytes at most). *fd is an empty regular file open for reading and writing; on a port with
     * "stream": true it may be a pipe, to a stage that reads it at the same time. It belongs to the
     * caller. One artifact of a port may be open at a time: the next output_create() on the port
     * discards one that was not committed; where that was a pipe, it is SLIPWAY_CONFLICT. SLIPWAY_NOT_FOUND:
     * no such output port. SLIPWAY_CONFLICT: a second artifact on a port that takes one. SLIPWAY_CONFIG: no
     * such name can be. */
    slipway_status (*output_create)(const slipway_host* host, const char* port, const char* name, int* fd);

    /* Publish the artifact open on the port: the only way to do so. Close every descriptor of it
     * first; one still open for writing anywhere is SLIPWAY_CONFLICT. meta_json (may be NULL):
     *   {"type": "application/zstd", "sha256": "...", "annotations": {"key": "value"}}
     * type: one of the port's declared types, and needed where the port declares several or a pattern.
     * sha256: what the stage believes it wrote; another digest is SLIPWAY_VERIFY. A description that is
     * no such JSON, and a type the port does not declare, are SLIPWAY_CONFIG; a port with no artifact
     * open is SLIPWAY_NOT_FOUND. The artifacts of a
     * stage become visible to others together, when run() has returned SLIPWAY_OK. */
    slipway_status (*output_commit)(const slipway_host* host, const char* port, const char* meta_json);

    /* The value of a secret that this stage's options name as {"secret": "NAME"}. The text is zeroed
     * when run() returns. SLIPWAY_DENIED: the options do not name it. SLIPWAY_AUTH: it has no value. */
    slipway_status (*secret_get)(const slipway_host* host, const char* name, const char** value);

    /* An empty folder for this run of this stage, writable, removed afterwards. Absolute. */
    const char* (*work_dir)(const slipway_host* host);

    /* A folder kept between runs, shared by every stage of this type (several may run at once). May be
     * emptied between runs; *.draft always is: write to that name, rename what is whole. Absolute. */
    const char* (*cache_dir)(const slipway_host* host);

    /* SOURCE_DATE_EPOCH: the run's time, in seconds since 1970-01-01 UTC. The only clock whose value
     * may reach an output of a SLIPWAY_DETERMINISTIC stage. [any] */
    int64_t (*epoch)(const slipway_host* host);
};

/* ---------------------------------------------------------------------------------- host extensions */

/* "slipway.effect/1": tells the host of changes outside the store, for `slipway plan`, the journal and
 * the report. A stage with SLIPWAY_EXTERNAL_EFFECTS declares each effect: PLANNED in a dry run; else
 * STARTED before it touches the world and then DONE, or SKIPPED if it was there already. */
#define SLIPWAY_EXT_EFFECT_1 "slipway.effect/1"

enum {
    SLIPWAY_EFFECT_PLANNED = 0,
    SLIPWAY_EFFECT_STARTED = 1,
    SLIPWAY_EFFECT_DONE = 2,
    SLIPWAY_EFFECT_SKIPPED = 3
};

typedef struct slipway_effect_1 {
    uint32_t struct_size;
    int32_t state;       /* SLIPWAY_EFFECT_PLANNED ... */
    const char* kind;    /* "git.push", "github.pull-request", "file.write", "com.example.upload" */
    const char* target;  /* what is changed: "https://example.org/x.git refs/tags/05112026" */
    const char* summary; /* one line for people: "create tag 05112026 (3 files, 97.2 MB)" */
    const char* detail;  /* optional: more lines, such as a unified diff */
} slipway_effect_1;

typedef struct slipway_host_effect_1 {
    /* SLIPWAY_DENIED: the stage did not declare SLIPWAY_EXTERNAL_EFFECTS, or tells of anything but
     * PLANNED in a dry run. SLIPWAY_OK means that the journal has it on disk. */
    slipway_status (*declare)(const slipway_host* host, const slipway_effect_1* effect);
} slipway_host_effect_1;

/* "slipway.store/1": what the content-addressed store holds already or can take. Saves downloads, copies. */
#define SLIPWAY_EXT_STORE_1 "slipway.store/1"

typedef struct slipway_host_store_1 {
    /* Does the store hold the artifact `sha256` (64 lower-case hex digits)? SLIPWAY_OK: yes, and adopt()
     * will find it while this run lasts. SLIPWAY_NOT_FOUND: no (which is not reported). */
    slipway_status (*contains)(const slipway_host* host, const char* sha256);

    /* Publish the stored artifact `sha256` on an output port, as if it had been created, written and
     * committed. SLIPWAY_NOT_FOUND: the store does not hold it (which is not reported); create it.
     * meta_json as for output_commit(). */
    slipway_status (*adopt)(const slipway_host* host, const char* port, const char* name, const char* sha256,
                            const char* meta_json);

    /* Publish the file `path`, made below the work or cache folder, as if it had been created, written and
     * committed: it is moved into the store, not copied. SLIPWAY_NOT_FOUND: no such file there.
     * SLIPWAY_UNSUPPORTED: it cannot be moved (which is not reported); create an output and copy it. */
    slipway_status (*move)(const slipway_host* host, const char* port, const char* name, const char* path,
                           const char* meta_json);
} slipway_host_store_1;

/* "slipway.enclosure/1": runs a program in a folder of the work folder as if that were a machine of its own:
 * as root with few capabilities, in namespaces that end with it, with /proc, a minimal /dev, an empty /tmp
 * and /run, no network. For stages with the capability "root"; not under `--isolation none`. */
#define SLIPWAY_EXT_ENCLOSURE_1 "slipway.enclosure/1"

typedef struct slipway_enclosed_1 {
    uint32_t struct_size;
    uint32_t reserved;              /* 0 */
    const char* root;               /* name of a folder in the work folder; has folders proc, dev, tmp, run */
    const char* const* arguments;   /* NULL at the end; one without a slash is looked up in PATH */
    const char* const* environment; /* "NAME=value", NULL at the end: all that the program gets */
    int32_t input, output;          /* its standard streams; the descriptors stay the caller's */
} slipway_enclosed_1;

typedef struct slipway_enclosed_end_1 {
    uint32_t struct_size;
    slipway_status status;     /* SLIPWAY_OK: the program ran; else it did not, and text says why */
    int32_t exit_code, signal; /* one is 0 */
    char text[1024];           /* SLIPWAY_OK: names of processes it left behind (they are killed), or "" */
} slipway_enclosed_end_1;

typedef struct slipway_host_enclosure_1 {
    /* Start the program; one at a time. One slipway_enclosed_end_1 can be read from *end (the caller's, a
     * socket) when it and all it started are gone. shutdown(*end, SHUT_WR) or closing it kills them all. */
    slipway_status (*start)(const slipway_host* host, const slipway_enclosed_1* program, int* end);
} slipway_host_enclosure_1;

/* -------------------------------------------------------------------------------------- instance */

enum {
    SLIPWAY_JOB_DRY_RUN = 1u << 0 /* `slipway plan`: look, compute, declare effects; change nothing */
};

typedef struct slipway_job {
    uint32_t struct_size;
    uint32_t flags;      /* SLIPWAY_JOB_... */
    uint32_t attempt;    /* which try of this stage in this run this is, from 1 */
    uint32_t reserved;   /* 0 */
    const char* run_id;  /* the run's id, unique over all machines */
    const char* stage;   /* the stage's id in the chain: "archive" */
    const char* variant; /* JSON object of the stage's cell: {"group": "base"}; {} if it has none */
    const char* chain;   /* JSON: {"name": "archlinux", "version": "05112026"} */
                         /* Both are {} for a SLIPWAY_DETERMINISTIC stage: what it makes depends on
                          * options, inputs and epoch alone (an option can say "${version}"). */
} slipway_job;

typedef struct slipway_instance slipway_instance;

struct slipway_instance {
    uint32_t struct_size;
    uint32_t reserved; /* 0 */
    void* data;        /* the plugin's own */

    /* Take the options: a JSON object that satisfies the stage's config_schema, with every variable
     * expanded and every path (see "slipwayPath" below) absolute. Called once, before run(). What the
     * schema cannot say is checked here; report() with the option's config_path and return
     * SLIPWAY_CONFIG. [main] */
    slipway_status (*configure)(slipway_instance* self, const char* options_json);

    /* Do the work. Called at most once, after a successful configure(). Anything but SLIPWAY_OK
     * discards the outputs. After SLIPWAY_WAITING, and after a failure the user has mended, the stage
     * runs again in a new process with the same inputs: it must find out from the outside world what it
     * has done already. [main] */
    slipway_status (*run)(slipway_instance* self, const slipway_job* job);

    /* An instance extension by id, or NULL. Optional. [main] */
    const void* (*get_extension)(slipway_instance* self, const char* id);

    /* Free the instance. Called once, after everything else. [main] */
    void (*destroy)(slipway_instance* self);
};

/* ------------------------------------------------------------------------------------ stage types */

enum {
    /* Same options, inputs (bytes and descriptions) and epoch give the same output bytes, on any
     * machine, at any time. The host then does not run the stage again when nothing changed. */
    SLIPWAY_DETERMINISTIC = 1u << 0,
    /* Running twice leaves the world as running once. The host may repeat it after a crash. */
    SLIPWAY_IDEMPOTENT = 1u << 1,
    /* Changes something outside the store. Never run by `slipway plan` but as a dry run. */
    SLIPWAY_EXTERNAL_EFFECTS = 1u << 2,
    /* Understands SLIPWAY_JOB_DRY_RUN. */
    SLIPWAY_DRY_RUN = 1u << 3,
    /* Needs inputs that it can seek, map or open twice. */
    SLIPWAY_SEEKABLE_INPUTS = 1u << 4
};

typedef struct slipway_stage_desc {
    uint32_t struct_size;
    uint32_t flags;      /* SLIPWAY_DETERMINISTIC | ... */
    const char* id;      /* what a chain's "use" says: [a-z][a-z0-9-]{0,63}, or reverse DNS with dots */
    const char* version; /* of the stage type, semantic versioning 2.0; part of the cache key */
    const char* summary; /* one line for `slipway stages` */
    const char* license; /* SPDX licence expression */
    /* The options, as JSON Schema (draft-07) text of an object. "additionalProperties": false makes
     * the host report misspelt options. Three keywords have a meaning to the host:
     *   "description"              shown by `slipway inspect` and in errors
     *   "default"                  filled in by the host before configure()
     *   "slipwayPath": "file"      the string is a path: made absolute (relative to the chain file);
     *                              the content of the file is part of the cache key, and the stage may
     *                              read it. A deterministic stage must not let the path itself reach
     *                              an output. "tree": the same for a folder. "write": the stage may
     *                              create and change what is there; not part of the cache key. A URL
     *                              (scheme://) is left alone, except file://; of "/a/$b/c" it is "/a" */
    const char* config_schema;

    /* {"inputs":  [{"name": "rootfs", "type": "application/x-tar", "doc": "the tar to compress"}],
     *  "outputs": [{"name": "archive", "type": ["application/zstd", "application/x-xz"]}],
     *  "declared_by": "/ports"}
     * name: [a-z][a-z0-9_-]{0,63}, unique over inputs and outputs. type: a media type, a pattern
     * ("text/" followed by a star; a star, a slash and a star for anything), or a list of them; on an
     * input the list is in order of preference. "many": true: any number of artifacts, in a fixed order.
     * "optional": true: may stay open. "stream": true, on an output: it is written from the first byte to
     * the last, once, and never read or sought. "doc": one line.
     * declared_by (optional): a JSON pointer into the options; if the options have an object of this
     * same form there, its ports are the instance's ports instead of these. */
    const char* ports;

    /* What the stage needs beyond its ports, its two folders and its options' files; other keys are refused:
     *   "network": true            may open network connections; or a list: "HOST:PORT", "HOST", "*", and
     *                              pointers into the options, ["/remote"]: the hosts of the URLs there
     *   "exec": true               may start programs; or a list of names and paths: ["gpg"]
     *   "read": ["/etc/x"]         reads these ("~/x": in the user's home); "write": the same
     *   "root": true               is root over its work folder; or if an option is not empty: ["/commands"]
     *   "memory_mb": 512           is stopped when it takes more, with all that it started
     *   "timeout_s": 3600          default time limit of one run */
    const char* capabilities;
} slipway_stage_desc;

typedef struct slipway_plugin {
    uint32_t struct_size;
    uint32_t abi_major;      /* SLIPWAY_ABI_MAJOR of the header it was built with */
    uint32_t abi_minor;      /* SLIPWAY_ABI_MINOR of the header it was built with */
    uint32_t min_host_minor; /* the oldest host it can work with; 0 unless it cannot do without */
    const char* build_info;  /* for people: name, version, compiler; NULL for none */
    uint32_t stage_count;    /* at least 1 */
    uint32_t reserved;       /* 0 */

    /* The stage type `index` < stage_count. Never NULL, the same pointer every time. [main] */
    const slipway_stage_desc* (*stage)(uint32_t index);

    /* Make an instance. SLIPWAY_NOT_FOUND: no such stage type. On failure *instance is untouched.
     * [main] */
    slipway_status (*create)(const slipway_host* host, const char* stage_id, slipway_instance** instance);

    /* A plugin extension by id, or NULL. Optional. [main] */
    const void* (*get_extension)(const char* id);
} slipway_plugin;

/* The entry point. Returns constant data; may be called any number of times; must not fail, block,
 * start threads or touch anything outside the plugin. */
typedef const slipway_plugin* (*slipway_entry_fn)(void);
SLIPWAY_EXPORT const slipway_plugin* slipway_plugin_v1(void);

/* ---------------------------------------------------------------------------------------- layout */

/* The layout on every 64-bit platform, pinned: a change here is an ABI break. */
#if UINTPTR_MAX == 0xffffffffffffffffu
#ifdef __cplusplus
#define SLIPWAY_PIN(type, field, offset)                                                                     \
    static_assert(offsetof(type, field) == (offset), #type "." #field " moved")
#define SLIPWAY_PIN_SIZE(type, size) static_assert(sizeof(type) == (size), #type " changed size")
#else
#define SLIPWAY_PIN(type, field, offset)                                                                     \
    _Static_assert(offsetof(type, field) == (offset), #type "." #field " moved")
#define SLIPWAY_PIN_SIZE(type, size) _Static_assert(sizeof(type) == (size), #type " changed size")
#endif

SLIPWAY_PIN(slipway_diag, severity, 4);
SLIPWAY_PIN(slipway_diag, code, 8);
SLIPWAY_PIN(slipway_diag, summary, 16);
SLIPWAY_PIN(slipway_diag, detail, 24);
SLIPWAY_PIN(slipway_diag, hint, 32);
SLIPWAY_PIN(slipway_diag, config_path, 40);
SLIPWAY_PIN_SIZE(slipway_diag, 48);
SLIPWAY_PIN(slipway_host, abi_major, 4);
SLIPWAY_PIN(slipway_host, abi_minor, 8);
SLIPWAY_PIN(slipway_host, host_data, 16);
SLIPWAY_PIN(slipway_host, name, 24);
SLIPWAY_PIN(slipway_host, version, 32);
SLIPWAY_PIN(slipway_host, get_extension, 40);
SLIPWAY_PIN(slipway_host, log, 48);
SLIPWAY_PIN(slipway_host, report, 56);
SLIPWAY_PIN(slipway_host, cancelled, 64);
SLIPWAY_PIN(slipway_host, progress, 72);
SLIPWAY_PIN(slipway_host, input_count, 80);
SLIPWAY_PIN(slipway_host, input_open, 88);
SLIPWAY_PIN(slipway_host, input_meta, 96);
SLIPWAY_PIN(slipway_host, output_create, 104);
SLIPWAY_PIN(slipway_host, output_commit, 112);
SLIPWAY_PIN(slipway_host, secret_get, 120);
SLIPWAY_PIN(slipway_host, work_dir, 128);
SLIPWAY_PIN(slipway_host, cache_dir, 136);
SLIPWAY_PIN(slipway_host, epoch, 144);
SLIPWAY_PIN_SIZE(slipway_host, 152);
SLIPWAY_PIN(slipway_effect_1, state, 4);
SLIPWAY_PIN(slipway_effect_1, kind, 8);
SLIPWAY_PIN(slipway_effect_1, target, 16);
SLIPWAY_PIN(slipway_effect_1, summary, 24);
SLIPWAY_PIN(slipway_effect_1, detail, 32);
SLIPWAY_PIN_SIZE(slipway_effect_1, 40);
SLIPWAY_PIN_SIZE(slipway_host_effect_1, 8);
SLIPWAY_PIN(slipway_host_store_1, adopt, 8);
SLIPWAY_PIN(slipway_host_store_1, move, 16);
SLIPWAY_PIN_SIZE(slipway_host_store_1, 24);
SLIPWAY_PIN(slipway_enclosed_1, output, 36);
SLIPWAY_PIN_SIZE(slipway_enclosed_1, 40);
SLIPWAY_PIN_SIZE(slipway_enclosed_end_1, 1040);
SLIPWAY_PIN_SIZE(slipway_host_enclosure_1, 8);
SLIPWAY_PIN(slipway_job, flags, 4);
SLIPWAY_PIN(slipway_job, attempt, 8);
SLIPWAY_PIN(slipway_job, run_id, 16);
SLIPWAY_PIN(slipway_job, stage, 24);
SLIPWAY_PIN(slipway_job, variant, 32);
SLIPWAY_PIN(slipway_job, chain, 40);
SLIPWAY_PIN_SIZE(slipway_job, 48);
SLIPWAY_PIN(slipway_instance, data, 8);
SLIPWAY_PIN(slipway_instance, configure, 16);
SLIPWAY_PIN(slipway_instance, run, 24);
SLIPWAY_PIN(slipway_instance, get_extension, 32);
SLIPWAY_PIN(slipway_instance, destroy, 40);
SLIPWAY_PIN_SIZE(slipway_instance, 48);
SLIPWAY_PIN(slipway_stage_desc, flags, 4);
SLIPWAY_PIN(slipway_stage_desc, id, 8);
SLIPWAY_PIN(slipway_stage_desc, version, 16);
SLIPWAY_PIN(slipway_stage_desc, summary, 24);
SLIPWAY_PIN(slipway_stage_desc, license, 32);
SLIPWAY_PIN(slipway_stage_desc, config_schema, 40);
SLIPWAY_PIN(slipway_stage_desc, ports, 48);
SLIPWAY_PIN(slipway_stage_desc, capabilities, 56);
SLIPWAY_PIN_SIZE(slipway_stage_desc, 64);
SLIPWAY_PIN(slipway_plugin, abi_major, 4);
SLIPWAY_PIN(slipway_plugin, abi_minor, 8);
SLIPWAY_PIN(slipway_plugin, min_host_minor, 12);
SLIPWAY_PIN(slipway_plugin, build_info, 16);
SLIPWAY_PIN(slipway_plugin, stage_count, 24);
SLIPWAY_PIN(slipway_plugin, stage, 32);
SLIPWAY_PIN(slipway_plugin, create, 40);
SLIPWAY_PIN(slipway_plugin, get_extension, 48);
SLIPWAY_PIN_SIZE(slipway_plugin, 56);
#endif
#ifdef __cplusplus
}
#endif
#endif
