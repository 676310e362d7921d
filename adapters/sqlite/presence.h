// Which workers are alive: a file for each in a folder beside the store, locked for as long as its
// process lives. The system drops the lock of a process that dies, however it dies, so the others
// know at once.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "adapters/store.h"

namespace adapters::sqlite {

using Names = std::set<std::string, std::less<>>;

class Presences {
public:
    explicit Presences(std::filesystem::path folder) : folder_{std::move(folder)} {}

    // Throws Unavailable if another process works under that name.
    std::unique_ptr<Presence> enter(std::string const& worker) const;

    // Workers that have entered and are dead or have left.
    Names gone() const;

    // Tells of each that is there whether it is alive, and adds those that live and are not there.
    void add_to(std::vector<WorkerSeen>& workers) const;

    // Removes the file of one of those, unless somebody has entered under its name again.
    void forget(std::string const& worker) const;

private:
    std::filesystem::path file_of(std::string const& worker) const;

    std::filesystem::path folder_;
};

}  // namespace adapters::sqlite
