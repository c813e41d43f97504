// SPDX-License-Identifier: GPL-3.0-or-later
// rule: describe.port-docs
// A port without a doc.
#define PORTS                                                                                                \
    "{\"inputs\": [{\"name\": \"in\", \"type\": \"text/plain\"}],"                                           \
    " \"outputs\": [{\"name\": \"out\", \"type\": \"text/plain\", \"doc\": \"its copy\"}]}"
