// The first answer decides how the file is read.
#include "adapters/fetch/open.h"

#include <utility>

#include <fmt/format.h>

#include "adapters/fetch/client.h"
#include "adapters/fetch/failed.h"
#include "adapters/fetch/ranged.h"
#include "adapters/fetch/spool.h"

namespace adapters::fetch {

namespace {

// What the body has must be the part that was asked for, or the beginning of it.
bool is_first_part(Head const& head, std::optional<ContentRange> const& range) {
    return range && range->satisfied && range->size && range->first == 0 &&
           range->last < first_part && head.length.value_or(range->last + 1) == range->last + 1;
}

std::unique_ptr<RemoteSource> open(Url url, FetchOptions const& options) {
    auto client = std::make_unique<Client>(options);
    auto const head = client->get(url, fmt::format("Range: bytes=0-{}\r\n", first_part - 1));
    if (head.status == 200) {
        return spool(*client, head);
    }
    auto const range = parse_content_range(head.range);
    if (head.status == 206 && is_first_part(head, range)) {
        return ranged(std::move(client), std::move(url), head, *range);
    }
    client->leave();
    if (head.status == 416 && range && range->size == 0) {
        return nothing(*client);
    }
    // Servers that count badly, or do not know the size, may still give the whole.
    auto const whole = client->get(url, "");
    if (whole.status != 200) {
        client->fail_here("no_ranges", "the server gives neither the parts asked for nor all");
    }
    return spool(*client, whole);
}

}  // namespace

OpenResult open_url(std::string_view url, FetchOptions const& options) {
    auto parsed = parse_url(url);
    if (!parsed) {
        return std::unexpected{parsed.error()};
    }
    try {
        return open(std::move(*parsed), options);
    } catch (Failed const& failed) {
        return std::unexpected{failed.error};
    }
}

}  // namespace adapters::fetch
