#include "tests/redis/cluster.h"

#include <fstream>
#include <netinet/in.h>
#include <stdexcept>

#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include "adapters/redis/slots.h"

namespace tests {

namespace {

constexpr std::size_t node_count = 3;

// The nodes talk to each other at ports of their own.
int free_port() {
    int const fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    bool const found = ::bind(fd, raw, size) == 0 && ::getsockname(fd, raw, &size) == 0;
    ::close(fd);
    if (!found) {
        throw std::runtime_error{"no free port"};
    }
    return ntohs(address.sin_port);
}

void must(Reply const& reply) {
    if (reply.is_error()) {
        throw std::runtime_error{reply.text};
    }
}

}  // namespace

Cluster::Cluster() {
    std::vector<int> buses;
    for (std::size_t n = 0; n < node_count; ++n) {
        nodes_.push_back(std::make_unique<Redis>());
        buses.push_back(free_port());
        std::ofstream{node(n).server.field("folder") + "/redis.conf", std::ios::app}
            << "cluster-enabled yes\ncluster-port " << buses[n] << "\n";
        node(n).server.command("restart");
        auto const share = adapters::redis::slot_count / node_count;
        auto const last =
            n + 1 == node_count ? adapters::redis::slot_count - 1 : share * (n + 1) - 1;
        must(node(n).ask(
            {"CLUSTER", "ADDSLOTSRANGE", std::to_string(share * n), std::to_string(last)}));
        must(node(n).ask({"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(n + 1)}));
    }
    for (std::size_t n = 1; n < node_count; ++n) {
        must(node(0).ask({"CLUSTER", "MEET", "127.0.0.1", std::to_string(node(n).server.port()),
                          std::to_string(buses[n])}));
    }
    for (std::size_t n = 0; n < node_count; ++n) {
        if (!until([&] {
                auto const info = node(n).ask({"CLUSTER", "INFO"}).text;
                return info.contains("cluster_state:ok") && info.contains("cluster_size:3");
            })) {
            throw std::runtime_error{"the nodes did not find each other"};
        }
    }
}

std::size_t Cluster::owner(std::string_view key) const {
    auto const slot = adapters::redis::slot_of(key);
    for (auto const& range : node(0).ask({"CLUSTER", "SLOTS"}).items) {
        if (range.at(0).integer <= slot && slot <= range.at(1).integer) {
            for (std::size_t n = 0; n < size(); ++n) {
                if (node(n).server.port() == range.at(2).at(1).integer) {
                    return n;
                }
            }
        }
    }
    throw std::runtime_error{"nobody has this slot"};
}

std::string Cluster::id(std::size_t n) const {
    return node(n).ask({"CLUSTER", "MYID"}).text;
}

void Cluster::begin_move(std::string const& key) const {
    auto const from = owner(key);
    auto const to = (from + 1) % size();
    auto const slot = std::to_string(adapters::redis::slot_of(std::string_view{key}));
    must(node(to).ask({"CLUSTER", "SETSLOT", slot, "IMPORTING", id(from)}));
    must(node(from).ask({"CLUSTER", "SETSLOT", slot, "MIGRATING", id(to)}));
    must(node(from).ask(
        {"MIGRATE", "127.0.0.1", std::to_string(node(to).server.port()), key, "0", "5000"}));
}

void Cluster::end_move(std::string const& key) const {
    auto const from = owner(key);
    auto const to = (from + 1) % size();
    auto const slot = std::to_string(adapters::redis::slot_of(std::string_view{key}));
    for (auto const n : {to, from}) {
        must(node(n).ask({"CLUSTER", "SETSLOT", slot, "NODE", id(to)}));
    }
    if (!until([&] { return owner(key) == to; })) {
        throw std::runtime_error{"the slot did not move"};
    }
}

}  // namespace tests
