// Every operation that writes, as a case for commits in doubt.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "tests/postgres/support.h"

namespace postgres_tests {

// What a case works on: the desk is over a store that talks to the server itself.
struct Scene {
    tests::Desk& desk;
    base::JobId job{};        // that the preparation made
    std::string answer{};     // what the last call of the decision said
    jobs::Request request{};  // that the case submits
};

struct Operation {
    std::string name;
    std::function<void(Scene&)> prepare;
    std::function<jobs::Load(Scene&)> load;
    std::function<void(Scene&, jobs::Batch&)> decide;
    std::string answer;  // of the decision whose effect stands
    std::string before;  // what the store tells of it all before it was done
    std::string after;   // and after it was done once

    friend void PrintTo(Operation const& operation, std::ostream* out) { *out << operation.name; }
};

std::vector<Operation> writing_operations();

// "jobs 1 processing/1 · balance 515 · entries 2": all that such an operation may move.
std::string told(Scene& scene);

}  // namespace postgres_tests
