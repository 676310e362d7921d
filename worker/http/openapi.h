// The description of the interface, OpenAPI 3.1. What stands in the table of calls (methods, paths,
// who may, what for) is taken from there; shapes, examples and codes of problems come from the
// parts in openapi/*.json, which are in the program.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "worker/http/route.h"

namespace worker::http {

struct Description {
    boost::json::object document;
    std::vector<std::string> undescribed;  // calls that no part describes: "GET /api/jobs"
    std::vector<std::string> strays;       // described, and not in the table
};

Description describe(std::vector<std::span<Route const>> const& tables,
                     std::span<std::string_view const> parts);

// openapi/*.json as text, made by CMake. A part is an object with some of: "operations" by "METHOD
// pattern", "schemas" by name; one is the document that the rest goes into, and one has the codes
// of problems ("everywhere", "with_credentials", "examples").
std::span<std::string_view const> openapi_parts();

std::span<Route const> description_routes();  // openapi_calls.cpp: GET /openapi.json

}  // namespace worker::http
