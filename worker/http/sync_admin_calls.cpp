// Sister products: registered, rotated, listed, removed, and whose accounts their users' are.
#include <algorithm>
#include <array>

#include "wire/sync_json.h"
#include "wire/sync_request.h"
#include "worker/http/money.h"
#include "worker/http/on_pool.h"
#include "worker/links.h"

namespace worker::http {

namespace {

using adapters::http::Response;

std::optional<jobs::SyncSource> find(adapters::SyncRegistry& registry, std::string const& name) {
    auto const all = registry.sources();
    auto const found = std::ranges::find(all, name, &jobs::SyncSource::name);
    return found == all.end() ? std::nullopt : std::optional{*found};
}

Response put_source(Call const& call) {
    auto const body = body_of(call);
    if (!body) {
        return refuse(call, body.error());
    }
    auto& registry = call.office.store.sync();
    auto const* const name = body->object.if_contains("source");
    bool const named = name != nullptr && name->is_string();
    auto const before =
        named ? find(registry, std::string{name->get_string()}) : std::optional<jobs::SyncSource>{};
    auto const source = wire::parse_source(*body, before.value_or(jobs::SyncSource{}));
    if (!source) {
        return refuse(call, wire::refusal_of(source.error()));
    }
    registry.put(*source);
    call.office.log.business(before ? "sync.source.changed" : "sync.source.added",
                             {{"source", source->name}, {"by", call.caller.name}});
    auto const now = find(registry, source->name).value_or(*source);
    auto answer = wire::source_json(now);
    answer["success"] = true;
    return json_answer(answer);
}

Response list_sources(Call const& call) {
    boost::json::array list;
    for (auto const& source : call.office.store.sync().sources()) {
        list.push_back(wire::source_json(source));
    }
    return json_answer({{"sources", std::move(list)}});
}

Response remove_source(Call const& call) {
    auto const& name = call.parts.front();
    if (!call.office.store.sync().remove(name)) {
        return refuse(call, wire::Refusal{.code = "unknown_source",
                                          .detail = "there is no source of that name",
                                          .status = 404,
                                          .facts = {{"source", name}}});
    }
    call.office.log.business("sync.source.removed", {{"source", name}, {"by", call.caller.name}});
    return json_answer({{"success", true}, {"source", name}, {"removed", true}});
}

Or<std::string> text_in(boost::json::object const& body, std::string const& name) {
    auto const* const value = body.if_contains(name);
    if (value == nullptr || value->is_null()) {
        return "";
    }
    if (!value->is_string()) {
        return std::unexpected{bad_field(name, "must be a string")};
    }
    return std::string{value->get_string()};
}

struct Link {
    jobs::SyncedUser who;
    std::string user;
};

Or<Link> link_in(wire::StrictObject const& body) {
    auto const number = body.numbers.find("telegram_id");
    auto const id = number == body.numbers.end() ? text_in(body.object, "telegram_id")
                                                 : Or<std::string>{number->second};
    auto const source = text_in(body.object, "source");
    auto const user = text_in(body.object, "user_id");
    for (auto const* const text : {&id, &source, &user}) {
        if (!*text) {
            return std::unexpected{text->error()};
        }
    }
    if (auto mistake = wire::mistake_in_telegram_id(*id)) {
        return std::unexpected{bad_field("telegram_id", std::move(*mistake))};
    }
    auto mistake = user->empty() ? std::nullopt : wire::mistake_in_user(*user);
    if (mistake || !body.object.contains("user_id")) {
        return std::unexpected{bad_field("user_id", mistake.value_or("is required"))};
    }
    return Link{.who = {.source = *source, .telegram_id = *id}, .user = *user};
}

Response put_link(Call const& call) {
    auto const body = body_of(call);
    auto const wanted = body ? link_in(*body) : std::unexpected{body.error()};
    if (!wanted) {
        return refuse(call, wanted.error());
    }
    auto const merged =
        link(call.office.store, wanted->who, wanted->user, call.office.settings.rules);
    if (merged.outcome != jobs::MergeOutcome::merged) {
        return refuse(call, wire::refusal_of(merged));
    }
    call.office.log.business("sync.linked", {{"telegram_id", wanted->who.telegram_id},
                                             {"source", wanted->who.source},
                                             {"user", wanted->user},
                                             {"credits", merged.credits.value},
                                             {"by", call.caller.name}});
    auto const now =
        jobs::user_of(call.office.store.sync().links(wanted->who.telegram_id), wanted->who);
    return json_answer({{"success", true},
                        {"telegram_id", wanted->who.telegram_id},
                        {"user_id", now},
                        {"grants", merged.grants},
                        {"credits", merged.credits.value}});
}

constexpr std::array sync_admin_rows{
    Route{.method = "POST",
          .pattern = "/api/admin/sync/sources",
          .access = Access::admin,
          .handle = on_pool<put_source>,
          .summary = "Registers a sister product, or rotates its secret"},
    Route{.method = "GET",
          .pattern = "/api/admin/sync/sources",
          .access = Access::admin_reading,
          .handle = on_pool<list_sources>,
          .summary = "All sister products, without their secrets"},
    Route{.method = "DELETE",
          .pattern = "/api/admin/sync/sources/{source}",
          .access = Access::admin,
          .handle = on_pool<remove_source>,
          .summary = "Lets a sister product move nothing any more; its history stays"},
    Route{.method = "POST",
          .pattern = "/api/admin/sync/links",
          .access = Access::admin,
          .handle = on_pool<put_link>,
          .summary = "Says whose account a sister product's user has, and merges the two"},
};

}  // namespace

std::span<Route const> sync_admin_routes() {
    return sync_admin_rows;
}

}  // namespace worker::http
