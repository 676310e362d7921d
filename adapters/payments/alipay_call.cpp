#include "adapters/payments/alipay_call.h"

#include "base/base64.h"
#include "base/text.h"

namespace adapters::payments {

Fields alipay_fields(AlipayAccount const& account, PrivateKey const& key,
                     AlipayRequest const& request, base::Timestamp now) {
    Fields fields{{"app_id", account.app}, {"method", std::string{request.method}},
                  {"format", "JSON"},      {"charset", "utf-8"},
                  {"sign_type", "RSA2"},   {"timestamp", alipay_time(now)},
                  {"version", "1.0"},      {"biz_content", request.content}};
    for (auto const& [name, value] : request.more) {
        if (!value.empty()) {
            fields.emplace_back(name, value);
        }
    }
    fields.emplace_back("sign", base::to_base64(key.sign(signed_text(fields, {}))));
    return fields;
}

std::string form_of(Fields const& fields) {
    std::string form;
    for (auto const& [name, value] : fields) {
        form.append(form.empty() ? "" : "&")
            .append(name)
            .append("=")
            .append(base::percent_encoded(value));
    }
    return form;
}

std::string alipay_time(base::Timestamp at) {
    auto text = base::to_text(at + std::chrono::hours{8}).substr(0, 19);
    text[10] = ' ';
    return text;
}

}  // namespace adapters::payments
