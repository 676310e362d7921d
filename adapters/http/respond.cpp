// Answers on their way to the client.
#include <algorithm>

#include <fmt/format.h>

#include "adapters/http/connection.h"
#include "adapters/http/core.h"
#include "adapters/http/cors.h"
#include "adapters/http/head.h"

namespace adapters::http {

namespace asio = boost::asio;

namespace {

constexpr std::size_t piece = 64 << 10;
constexpr std::size_t with_its_head = 16 << 10;  // a body that is copied beside its head

Header* find(std::vector<Header>& headers, std::string_view name) {
    auto const found = std::ranges::find_if(
        headers, [&](Header const& header) { return same_word(header.name, name); });
    return found == headers.end() ? nullptr : &*found;
}

// What is compressed is no longer the same bytes, only the same in meaning.
void weaken_etag(std::vector<Header>& headers) {
    auto* const etag = find(headers, "etag");
    if (etag != nullptr && etag->value.starts_with('"')) {
        etag->value.insert(0, "W/");
    }
}

void unsatisfiable(Response& refused, std::uint64_t size) {
    refused.headers.emplace_back("Content-Range", fmt::format("bytes */{}", size));
}

void describe(Response& response, Plan const& plan, std::string const& etag, std::uint64_t size) {
    response.headers.emplace_back("Accept-Ranges", "bytes");
    if (!etag.empty() && find(response.headers, "etag") == nullptr) {
        response.headers.emplace_back("ETag", etag);
    }
    if (plan.answer == Answer::part) {
        response.status = 206;
        response.headers.emplace_back("Content-Range",
                                      fmt::format("bytes {}-{}/{}", plan.part.first,
                                                  plan.part.first + plan.part.size - 1, size));
    } else if (plan.answer == Answer::unchanged) {
        response.status = 304;
    }
}

}  // namespace

asio::awaitable<bool> Connection::send(Response response, Facts facts) {
    facts.keep_alive = facts.keep_alive && !core_.stopping;
    add_cors(core_.options.cors_origins, facts.origin, response.headers);
    bool more = false;
    if (std::holds_alternative<std::string>(response.body)) {
        more = co_await send_text(response, facts);
    } else if (std::holds_alternative<FileBody>(response.body)) {
        more = co_await send_file(response, facts);
    } else {
        more = co_await send_stream(response, facts);
    }
    co_return more&& facts.keep_alive;
}

void Connection::pack(Response& response, Facts const& facts) {
    auto& text = std::get<std::string>(response.body);
    constexpr std::size_t worth_it = 1024;
    if (!core_.options.gzip || text.size() <= worth_it || !is_compressible(response.type) ||
        response.status == 206 || find(response.headers, "content-encoding") != nullptr) {
        return;
    }
    response.headers.emplace_back("Vary", "Accept-Encoding");
    auto packed = facts.takes_gzip ? core_.gzip.pack(text) : std::nullopt;
    if (packed) {
        text = std::move(*packed);
        response.headers.emplace_back("Content-Encoding", "gzip");
        weaken_etag(response.headers);
    }
}

asio::awaitable<bool> Connection::send_text(Response& response, Facts const& facts) {
    pack(response, facts);
    auto const& text = std::get<std::string>(response.body);
    out_.clear();
    write_head({.status = response.status,
                .type = response.type,
                .length = text.size(),
                .keep_alive = facts.keep_alive,
                .headers = &response.headers,
                .date = core_.date()},
               facts, out_);
    bool const with_body = has_body(response.status) && !facts.head;
    if (!with_body || text.size() <= with_its_head) {
        out_ += with_body ? std::string_view{text} : std::string_view{};
        co_return co_await write(out_);
    }
    bool const begun = co_await write(out_);
    co_return begun&& co_await write(text);
}

asio::awaitable<bool> Connection::send_file(Response& response, Facts const& facts) {
    FileBody const body = std::move(std::get<FileBody>(response.body));
    OpenFile const file{body.path};
    if (!file.is_open()) {
        core_.tell(body.path.string() + " (" + facts.id + "): cannot be read");
        response = core_.refuse(500, "internal", facts.language, facts.id);
        co_return co_await send_text(response, facts);
    }
    Plan const plan = response.status == 200 ? plan_file(facts, body.etag, file.size())
                                             : Plan{Answer::whole, {0, file.size()}};
    if (plan.answer == Answer::unsatisfiable) {
        response = core_.refuse(416, "range_not_satisfiable", facts.language, facts.id);
        unsatisfiable(response, file.size());
        co_return co_await send_text(response, facts);
    }
    describe(response, plan, body.etag, file.size());
    out_.clear();
    write_head({.status = response.status,
                .type = response.type,
                .length = plan.part.size,
                .keep_alive = facts.keep_alive,
                .headers = &response.headers,
                .date = core_.date()},
               facts, out_);
    bool const begun = co_await write(out_);
    bool const with_body = has_body(response.status) && !facts.head;
    co_return begun && (!with_body || co_await send_part(file, plan.part));
}

asio::awaitable<bool> Connection::send_part(OpenFile const& file, Part part) {
    std::string bytes;
    while (part.size > 0) {
        bytes.resize(std::min<std::uint64_t>(part.size, piece));
        if (!file.read(part.first, bytes)) {
            lost_ = true;  // what was promised can't be kept: the client has to see it break
            core_.tell("a file became shorter while it was sent");
            co_return false;
        }
        bool const written = co_await write(bytes);
        if (!written) {
            co_return false;
        }
        part.first += bytes.size();
        part.size -= bytes.size();
    }
    co_return true;
}

// Each piece has its own deadline: who reads slowly but reads gets all of it.
asio::awaitable<bool> Connection::write(std::string_view bytes) {
    error_code error;
    timed_out_ = false;
    bytes.remove_prefix(transport_.try_write(bytes, error));
    while (!bytes.empty() && !error && !timed_out_) {
        arm(doing_ == Doing::streaming ? Doing::streaming : Doing::writing,
            core_.options.write_time);
        auto const end = bytes.size() - std::min(bytes.size(), piece);
        while (bytes.size() > end && !error && !timed_out_) {
            bytes.remove_prefix(co_await transport_.write(bytes.substr(0, piece), error));
        }
    }
    bool const all = bytes.empty() && !error;
    lost_ = lost_ || !all;
    co_return all;
}

}  // namespace adapters::http
