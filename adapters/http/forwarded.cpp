#include "adapters/http/forwarded.h"

#include <algorithm>

#include <boost/asio/ip/address.hpp>

#include "adapters/http/facts.h"

namespace adapters::http {

namespace {

// In the one way that addresses are written; empty: it is none.
std::string address_of(std::string_view text) {
    text = trimmed(text);
    if (text.starts_with('[') && text.ends_with(']')) {
        text = text.substr(1, text.size() - 2);
    }
    boost::system::error_code error;
    auto const address = boost::asio::ip::make_address(std::string{text}, error);
    return error ? std::string{} : address.to_string();
}

std::string all_of_them(Request const& request) {
    std::string list;
    for (auto const& header : request.headers) {
        if (header.name == "x-forwarded-for") {
            list += list.empty() ? "" : ",";
            list += header.value;
        }
    }
    return list;
}

}  // namespace

std::string remote_of(Request const& request, std::string const& peer,
                      std::vector<std::string> const& trusted) {
    auto const is_trusted = [&](std::string const& address) {
        return std::ranges::find(trusted, address) != trusted.end();
    };
    if (trusted.empty() || !is_trusted(peer)) {
        return peer;
    }
    std::string remote = peer;
    std::string const list = all_of_them(request);
    std::string_view rest = list;
    while (!rest.empty() && is_trusted(remote)) {
        auto const comma = rest.rfind(',');
        auto const last = comma == std::string_view::npos ? rest : rest.substr(comma + 1);
        rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(0, comma);
        auto address = address_of(last);
        if (address.empty()) {
            break;
        }
        remote = std::move(address);
    }
    return remote;
}

}  // namespace adapters::http
