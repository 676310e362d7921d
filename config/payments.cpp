// The keys of the section `payments`. Whether a file holds the key that it should is for the
// adapter to say; here is seen that each platform has what it needs at all, and no complaint shows
// a secret.
#include <algorithm>

#include "config/keys.h"
#include "config/secret.h"

namespace config {

namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr std::size_t wechat_key_size = 32;  // of both, by their platform
constexpr std::size_t longest_return = 256;

void check_wechat_key(Value const& value, std::string const& key) {
    if (!key.empty() && key.size() != wechat_key_size) {
        value.mistake(fmt::format("has {} bytes, expected {}", key.size(), wechat_key_size));
    }
}

void read_wechat_key(Value const& value, std::string& into) {
    read_secret(value, into);
    check_wechat_key(value, into);
}

void read_wechat_key_file(Value const& value, std::string& into) {
    read_secret_file(value, into);
    check_wechat_key(value, into);
}

// Ids go into addresses and signed texts as they are.
void read_id(Value const& value, std::string& into) {
    auto const& node = value.node();
    auto const is_letter = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '_' || c == '-';
    };
    if (node.kind != Node::Kind::text || node.text.empty() || node.text.size() > 128 ||
        !std::ranges::all_of(node.text, is_letter)) {
        value.expected("letters and digits, as the platform shows it");
        return;
    }
    into = node.text;
}

void read_files(Value const& value, std::vector<std::filesystem::path>& into) {
    into.clear();
    for_each_item(value, [&](Value const& item) { read_path(item, into.emplace_back()); });
}

void read_public_keys(Value const& value, WechatPay& wechat) {
    wechat.public_keys.clear();
    for_each_key(value, [&](std::string const& id, Value const& file) {
        if (!id.starts_with("PUB_KEY_ID_")) {
            file.mistake("expected the id of a public key, which begins with PUB_KEY_ID_");
        }
        read_path(file, wechat.public_keys[id]);
    });
}

// Whoever answers in their place can say that an order was paid, but must sign it; still nothing
// goes in the clear but on this machine.
void read_platform_address(Value const& value, std::string& into) {
    std::string text;
    read_text(value, text);
    auto const is_local = [&](std::string_view host) {
        auto const rest = std::string_view{text}.substr(std::min(text.size(), host.size()));
        return text.starts_with(host) && (rest.empty() || rest[0] == ':' || rest[0] == '/');
    };
    auto const is_plain = std::ranges::none_of(
        text, [](char c) { return c <= ' ' || c > '~' || c == '@' || c == '?' || c == '#'; });
    if (is_plain && (text.starts_with("https://") || is_local("http://127.0.0.1") ||
                     is_local("http://localhost") || is_local("http://[::1]"))) {
        into = text.substr(0, text.find_last_not_of('/') + 1);
    } else {
        value.expected("an https:// address without user, query and fragment");
    }
}

// It goes into a signed address as it is, and nothing is believed of who comes back there.
void read_return(Value const& value, std::string& into) {
    std::string text;
    read_text(value, text);
    bool const is_plain = text.size() <= longest_return &&
                          std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
    if (is_plain && (text.starts_with("https://") || text.starts_with("http://"))) {
        into = text;
    } else {
        value.expected("an address of at most 256 characters that a browser can be sent to");
    }
}

void read_tolerance(Value const& value, base::Millis& into) {
    read_duration(value, into, seconds{1}, hours{1});
}

using PaymentKeys = std::vector<Key<Settings>>;
using Form = Key<Settings>::Form;

PaymentKeys const wechat_keys = {
    {"merchant_id", [](Value const& v, Settings& s) { read_id(v, s.payments.wechat.merchant_id); }},
    {"app_id", [](Value const& v, Settings& s) { read_id(v, s.payments.wechat.app_id); }},
    {"sub_merchant_id",
     [](Value const& v, Settings& s) { read_id(v, s.payments.wechat.sub_merchant_id); }},
    {"sub_app_id", [](Value const& v, Settings& s) { read_id(v, s.payments.wechat.sub_app_id); }},
    {"api_v3_key",
     [](Value const& v, Settings& s) { read_wechat_key(v, s.payments.wechat.api_v3_key); }},
    {"api_v3_key_file",
     [](Value const& v, Settings& s) { read_wechat_key_file(v, s.payments.wechat.api_v3_key); }},
    {.name = "certificate_files",
     .read = [](Value const& v,
                Settings& s) { read_files(v, s.payments.wechat.certificate_files); },
     .form = Form::tree},
    {.name = "public_keys",
     .read = [](Value const& v, Settings& s) { read_public_keys(v, s.payments.wechat); },
     .form = Form::tree},
    {"merchant_serial",
     [](Value const& v, Settings& s) { read_id(v, s.payments.wechat.merchant_serial); }},
    {"merchant_key_file",
     [](Value const& v, Settings& s) { read_path(v, s.payments.wechat.merchant_key_file); }},
    {"api_v2_key",
     [](Value const& v, Settings& s) { read_wechat_key(v, s.payments.wechat.api_v2_key); }},
    {"api_v2_key_file",
     [](Value const& v, Settings& s) { read_wechat_key_file(v, s.payments.wechat.api_v2_key); }},
    {"api_url",
     [](Value const& v, Settings& s) { read_platform_address(v, s.payments.wechat.api_url); }},
    {"tolerance",
     [](Value const& v, Settings& s) { read_tolerance(v, s.payments.wechat.tolerance); }},
};

PaymentKeys const alipay_keys = {
    {"app_id", [](Value const& v, Settings& s) { read_id(v, s.payments.alipay.app_id); }},
    {"seller_id", [](Value const& v, Settings& s) { read_id(v, s.payments.alipay.seller_id); }},
    {.name = "public_key_files",
     .read = [](Value const& v, Settings& s) { read_files(v, s.payments.alipay.public_key_files); },
     .form = Form::tree},
    {"app_key_file",
     [](Value const& v, Settings& s) { read_path(v, s.payments.alipay.app_key_file); }},
    {"gateway_url",
     [](Value const& v, Settings& s) { read_platform_address(v, s.payments.alipay.gateway_url); }},
};

PaymentKeys const stripe_keys = {
    {"secret", [](Value const& v, Settings& s) { read_secret(v, s.payments.stripe.secret); }},
    {"secret_file",
     [](Value const& v, Settings& s) { read_secret_file(v, s.payments.stripe.secret); }},
    {"previous_secret",
     [](Value const& v, Settings& s) { read_secret(v, s.payments.stripe.previous_secret); }},
    {"previous_secret_file",
     [](Value const& v, Settings& s) { read_secret_file(v, s.payments.stripe.previous_secret); }},
    {"account", [](Value const& v, Settings& s) { read_id(v, s.payments.stripe.account); }},
    {"test_mode", [](Value const& v, Settings& s) { read_flag(v, s.payments.stripe.test_mode); }},
    {"tolerance",
     [](Value const& v, Settings& s) { read_tolerance(v, s.payments.stripe.tolerance); }},
};

// Of a section with anything in it that makes it there.
void need(Value const& section, bool given, std::string_view key, std::string_view why) {
    if (!given) {
        section.at(key).mistake(fmt::format("missing; {}", why));
    }
}

void one_of_two(Value const& section, std::initializer_list<std::string_view> keys) {
    for (auto const key : keys) {
        auto const file = std::string{key} + "_file";
        if (section.has(key) && section.has(file)) {
            section.at(file).mistake(
                fmt::format("given beside `{}`, expected one of the two", key));
        }
    }
}

void check_wechat(Value const& section, WechatPay const& wechat) {
    one_of_two(section, {"api_v3_key", "api_v2_key"});
    if (!wechat.there()) {
        return;
    }
    need(section, !wechat.merchant_id.empty(), "merchant_id", "notices are compared with it");
    need(section, !wechat.app_id.empty(), "app_id", "notices are compared with it");
    bool const signs = !wechat.certificate_files.empty() || !wechat.public_keys.empty();
    need(section, signs || wechat.api_v3_key.empty(), "certificate_files",
         "with `api_v3_key` go the platform's certificates, or `public_keys`");
    need(section, !signs || !wechat.api_v3_key.empty(), "api_v3_key",
         "without it notices can't be opened");
    need(section, wechat.there_v3() || !wechat.api_v2_key.empty() || signs, "api_v3_key",
         "expected this one or `api_v2_key`");
    need(section, wechat.merchant_key_file.empty() || !wechat.merchant_serial.empty(),
         "merchant_serial", "it names the certificate of `merchant_key_file`");
    need(section, wechat.merchant_serial.empty() || !wechat.merchant_key_file.empty(),
         "merchant_key_file", "it goes with `merchant_serial`");
    need(section, wechat.merchant_key_file.empty() || wechat.there_v3(), "api_v3_key",
         "orders are asked about by API v3");
}

void check_alipay(Value const& section, Alipay const& alipay) {
    if (!alipay.there()) {
        return;
    }
    need(section, !alipay.app_id.empty(), "app_id", "notices are compared with it");
    need(section, !alipay.seller_id.empty(), "seller_id", "notices are compared with it");
    need(section, !alipay.public_key_files.empty(), "public_key_files", "notices are signed");
}

void check_stripe(Value const& section, Stripe const& stripe) {
    one_of_two(section, {"secret", "previous_secret"});
    bool const wanted = !stripe.previous_secret.empty() || !stripe.account.empty();
    need(section, !stripe.secret.empty() || !wanted, "secret", "events are signed with it");
}

}  // namespace

std::vector<Key<Settings>> const& payment_keys() {
    static PaymentKeys const keys = {
        {"simulate", [](Value const& v, Settings& s) { read_flag(v, s.payments.simulate); }},
        {"public_url",
         [](Value const& v, Settings& s) { read_platform_address(v, s.payments.public_url); }},
        {"return_url", [](Value const& v, Settings& s) { read_return(v, s.payments.return_url); }},
        {.name = "wechat", .section = wechat_keys},
        {.name = "alipay", .section = alipay_keys},
        {.name = "stripe", .section = stripe_keys},
    };
    return keys;
}

void check_payments(Value const& root, Settings const& settings) {
    auto const section = root.at("payments");
    check_wechat(section.at("wechat"), settings.payments.wechat);
    check_alipay(section.at("alipay"), settings.payments.alipay);
    check_stripe(section.at("stripe"), settings.payments.stripe);
}

}  // namespace config
