#include "adapters/storage/s3_caller.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "adapters/storage/xml.h"
#include "base/lower.h"
#include "base/sha256.h"
#include "base/text.h"

namespace adapters::storage {

namespace {

// "20130524T000000Z" of "2013-05-24T00:00:00.000Z"
std::string stamp_of(base::Timestamp now) {
    auto text = base::to_text(now).substr(0, 19);
    std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
    return text + "Z";
}

// Such a port is not said in a Host header.
std::string_view without_usual_port(std::string_view host, bool tls) {
    std::string_view const usual = tls ? ":443" : ":80";
    return host.ends_with(usual) ? host.substr(0, host.size() - usual.size()) : host;
}

bool is_busy(S3Reply const& reply) {
    constexpr std::array codes{"SlowDown", "RequestTimeout", "InternalError", "ServiceUnavailable",
                               "OperationAborted"};
    bool const says_so = std::ranges::find(codes, inside(reply.body, "Code")) != codes.end();
    return reply.status == 429 || reply.status >= 500 || (reply.status != 404 && says_so);
}

std::string line_of(std::string_view text) {
    constexpr std::size_t longest = 200;
    return base::ascii_line(plain(text.substr(0, longest)), longest);
}

StorageError error_of(S3Reply const& reply, bool busy) {
    auto const code = line_of(inside(reply.body, "Code"));
    return {.code = busy                                         ? "unavailable"
                    : reply.status == 401 || reply.status == 403 ? "denied"
                                                                 : "refused",
            .message = fmt::format("S3 answers {}{}{}: {}", reply.status, code.empty() ? "" : " ",
                                   code, line_of(inside(reply.body, "Message")))};
}

}  // namespace

S3Caller::S3Caller(S3Options options, S3World world)
    : options_{std::move(options)}, world_{std::move(world)} {
    std::string_view rest = options_.endpoint;
    bool const tls = rest.starts_with("https://");
    scheme_ = tls ? "https://" : "http://";
    rest.remove_prefix(std::min(scheme_.size(), rest.size()));
    auto const slash = std::min(rest.find('/'), rest.size());
    host_ = base::lower(without_usual_port(rest.substr(0, slash), tls));
    base_ = std::string{rest.substr(slash)} + "/";
    if (options_.path_style) {
        base_ += encoded(options_.bucket, false) + "/";
    } else {
        host_ = options_.bucket + "." + host_;
    }
}

S3Call S3Caller::signed_call(Ask const& ask) const {
    auto const when = stamp_of(world_.now());
    ToSign request{.method = ask.method,
                   .path = base_,
                   .query = query_text(ask.query),
                   .headers = ask.headers,
                   .content_hash = base::hex(base::sha256(ask.body))};
    if (!ask.bucket) {
        request.path += encoded(options_.prefix + ask.key, true);
    } else if (options_.path_style) {
        request.path.pop_back();
    }
    request.headers.emplace_back("x-amz-content-sha256", request.content_hash);
    request.headers.emplace_back("x-amz-date", when);
    if (!options_.session_token.empty()) {
        request.headers.emplace_back("x-amz-security-token", options_.session_token);
    }
    S3Call call{
        .method = ask.method,
        .url = scheme_ + host_ + request.path + (request.query.empty() ? "" : "?") + request.query,
        .headers = request.headers,
        .body = ask.body};
    request.headers.emplace_back("host", host_);
    Keys const keys{.id = options_.key, .secret = options_.secret, .region = options_.region};
    call.headers.emplace_back("Authorization", authorization(request, keys, when));
    return call;
}

std::expected<S3Reply, StorageError> S3Caller::call(Ask const& ask) {
    StorageError why;
    auto pause = options_.first_pause;
    for (int i = 0; i < options_.tries; ++i) {
        if (i > 0) {
            world_.wait(pause);
            pause *= 2;
        }
        auto reply = world_.send(signed_call(ask));  // anew, for its time is signed as well
        if (!reply) {
            why = {.code = "unavailable", .message = "S3: " + reply.error()};
            continue;
        }
        bool const busy = is_busy(*reply);
        bool const fine = reply->status / 100 == 2 || reply->status == 404 || reply->status == 416;
        if (fine && !busy) {
            return std::move(*reply);
        }
        why = error_of(*reply, busy);
        if (!busy) {
            break;
        }
    }
    return std::unexpected{why};
}

std::string_view header_of(S3Reply const& reply, std::string_view small_name) {
    for (auto const& [name, value] : reply.headers) {
        if (base::lower(name) == small_name) {
            return value;
        }
    }
    return {};
}

}  // namespace adapters::storage
