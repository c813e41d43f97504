// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the behaviours of the misbehaving stage have in common. A behaviour is one function; which one runs
// is the first word of the file that the option "behaviour" names, so that a resumed run can behave.
#pragma once

#include <slipway/stage.h>
#include <stdio.h>

struct stage_self {
    const slipway_host* host;
    char options[4096];   // the beginning of the options' text
    size_t options_size;  // of all of it, in bytes
    char behaviour[4096]; // what the behaviour file says
};

typedef slipway_status (*behaviour_fn)(struct stage_self* self);

struct behaviour {
    const char* name;
    behaviour_fn run;
};

// Each file's behaviours, ended by one without a name.
extern const struct behaviour deaths[];
extern const struct behaviour streams[];
extern const struct behaviour children[];
extern const struct behaviour calls[];
extern const struct behaviour texts[];
extern const struct behaviour confined[];

// Create, write and commit one artifact.
slipway_status put(const slipway_host* host, const char* port, const char* name, const char* text,
                   const char* meta);

// An error report with this code, and the code.
slipway_status fail(const slipway_host* host, slipway_status code, const char* summary);

// The same, with the text of an errno value.
slipway_status fail_errno(const slipway_host* host, const char* what, int error);
