// `tallyman providers try`: one call by hand, without a job: what is sent, and how the answer is
// read.
#pragma once

#include <string>

#include "worker/cli/context.h"

namespace worker::cli {

struct Trial {
    std::string provider;
    std::string input = "{}";
    std::string model;
    std::string folder;  // where files go; empty: below the data folder
};

// The exit code: whether something was made of it.
int try_provider(Context& context, Trial const& trial);

}  // namespace worker::cli
