// Where Redis is and how to get in, read from what an operator wrote. Passwords are in here and are
// never part of a message.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/time.h"

namespace adapters::redis {

// As the configuration has it; config/tallyman.yaml explains each.
struct Written {
    std::string url;  // redis://, rediss:// or unix://; may be empty where there are sentinels
    std::string user;
    std::string password;
    std::string prefix = "tallyman";
    std::vector<std::string> sentinels;  // host:port
    std::string master;
    std::string sentinel_password;
    std::filesystem::path ca_file;
    std::filesystem::path cert_file;
    std::filesystem::path key_file;
    base::Millis timeout{2'000};
};

// Commands and pipelines that were sent and answered, and how long that took; but for those that
// wait on purpose. From any thread.
struct Trips {
    std::atomic<std::int64_t> count = 0;
    std::atomic<std::int64_t> microseconds = 0;
    std::atomic<std::int64_t> failures = 0;
};

// One server: a path of a unix socket, or host and port.
struct Place {
    std::string host;
    std::string port;
    std::string path;
};

struct Settings {
    Place place;  // where sentinels are asked it stays empty
    bool tls = false;
    std::string user;
    std::string password;
    int database = 0;
    std::string prefix;
    std::vector<Place> sentinels;
    std::string master;
    std::string sentinel_password;
    std::filesystem::path ca_file;  // empty: those that the system trusts
    std::filesystem::path cert_file;
    std::filesystem::path key_file;
    base::Millis timeout{2'000};  // of connecting, and of each answer
    Trips* trips = nullptr;       // where they are counted; must outlive whoever has these settings
};

// Throws adapters::Unusable: which key is wrong and what was expected, never what was given.
Settings parse(Written const& written);

// "rediss://cache.example:6380", without user and password.
std::string to_text(Place const& place, bool tls);
std::string to_text(Settings const& settings);

}  // namespace adapters::redis
