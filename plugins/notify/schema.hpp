// SPDX-License-Identifier: GPL-3.0-or-later
//
// The stage's options and ports, as the host gets them.
#pragma once

#include <http/options.hpp>

namespace {

constexpr const char* config_schema = R"json({
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "webhook": {
      "type": "object", "additionalProperties": false, "required": ["url"],
      "description": "send the news to an HTTP server",
      "properties": {
        "url": {"description": "where to; a chat's address is a secret: {\"secret\": NAME}",
                "anyOf": [{"type": "string", "pattern": "^https?://"},
                          {"type": "object", "additionalProperties": false, "required": ["secret"],
                           "properties": {"secret": {"type": "string", "minLength": 1, "description": "name of the secret"}}}]},
        "method": {"enum": ["POST", "PUT"], "default": "POST", "description": "of the request"},
        "headers": {"type": "object", "default": {},
                    "description": "more header fields; values that are secrets as {\"secret\": NAME}",
                    "propertyNames": {"pattern": "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"},
                    "additionalProperties": {
                      "anyOf": [{"type": "string", "pattern": "^[^\\r\\n]*$"},
                                {"type": "object", "additionalProperties": false, "required": ["secret"],
                                 "properties": {"secret": {"type": "string", "minLength": 1, "description": "name of the secret"}}}]}},
        "body": {"default": {"text": "{headline}"},
                 "description": "an object is sent as JSON, every text in it a template; a text as text/plain",
                 "anyOf": [{"type": "object"}, {"type": "string", "minLength": 1}]}
      }
    },
    "mail": {
      "type": "object", "additionalProperties": false, "required": ["to", "from"],
      "description": "send the news by mail",
      "properties": {
        "to": {"type": "array", "minItems": 1,
               "items": {"type": "string", "pattern": "^[A-Za-z0-9._+][A-Za-z0-9._+-]*@[A-Za-z0-9.-]+$",
                         "description": "NAME@DOMAIN"},
               "description": "who gets it"},
        "from": {"type": "string", "pattern": "^[A-Za-z0-9._+][A-Za-z0-9._+-]*@[A-Za-z0-9.-]+$",
                 "description": "who it is from"},
        "subject": {"type": "string", "minLength": 1, "default": "[slipway] {headline}", "description": "template of the subject"},
        "body": {"type": "string", "minLength": 1, "default": "{headline}\n\n{details}\n\nrun {run}\n{next}",
                 "description": "template of the text"},
        "sendmail": {"type": "array", "minItems": 1, "default": ["/usr/sbin/sendmail"],
                     "items": {"type": "string", "minLength": 1, "description": "program (a whole path), arguments"},
                     "description": "the program that takes the mail, called with -i -f FROM -- TO… after these"},
        "read": {"type": "array", "default": [], "slipwayPath": "tree", "items": {"type": "string", "minLength": 1, "description": "a file or folder"},
                 "description": "files that sendmail reads besides the system's, such as its settings"},
        "spool": {"type": "array", "default": [], "slipwayPath": "write",
                  "items": {"type": "string", "minLength": 1, "description": "a folder"},
                  "description": "folders that sendmail writes to; by default it can only talk to a server"}
      }
    },
    "waiting": {"type": "string", "pattern": "^(0|[1-9][0-9]{0,5})[smhd]$", "default": "3d",
                "description": "tell of a run that waits when it has waited so long"},
    "repeat": {"type": "string", "pattern": "^(0|[1-9][0-9]{0,5})[smhd]$",
               "description": "tell the same again after so long; without it: once"},
    )json" SLIPWAY_NETWORK_OPTIONS R"json(
  }
})json";

constexpr const char* ports = R"json({
  "inputs": [{"name": "run", "type": "application/vnd.slipway.run.v1+json", "optional": true,
              "doc": "what the run has come to; the host gives it to a stage with \"on\""}],
  "outputs": []
})json";

} // namespace
