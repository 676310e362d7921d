// Files of a test's own, and problems as lines that a test can compare.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "config/load.h"

namespace config {

// A folder that goes when the test ends.
class Folder {
public:
    Folder() {
        auto pattern = (std::filesystem::temp_directory_path() / "tallyman-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }

    Folder(Folder const&) = delete;
    Folder& operator=(Folder const&) = delete;

    ~Folder() { std::filesystem::remove_all(path_); }

    std::filesystem::path const& path() const { return path_; }

    std::filesystem::path write(std::string const& name, std::string const& text) const {
        std::ofstream{path_ / name, std::ios::binary} << text;
        return path_ / name;
    }

private:
    std::filesystem::path path_;
};

using Lines = std::vector<std::string>;

// "3: worker.slots: expected …": without the file's name, which differs from run to run.
inline Lines lines_of(std::vector<Problem> const& problems, std::string const& file) {
    Lines lines;
    for (auto const& problem : problems) {
        auto line = to_text(problem);
        if (auto const at = line.find(file); at != std::string::npos && !file.empty()) {
            line.replace(at, file.size(), "FILE");
        }
        lines.push_back(line.starts_with("FILE:") ? line.substr(5) : line);
    }
    return lines;
}

inline Loaded<Settings> load_text(std::string const& yaml, Environment const& environment = {}) {
    Folder folder;
    return load_settings(folder.write("tallyman.yaml", yaml), environment);
}

// What is said of a file with that text.
inline Lines mistakes(std::string const& yaml, Environment const& environment = {}) {
    Folder folder;
    auto const file = folder.write("tallyman.yaml", yaml);
    auto const loaded = load_settings(file, environment);
    EXPECT_EQ(loaded.value.has_value(), loaded.problems.empty());
    return lines_of(loaded.problems, file.string());
}

}  // namespace config
