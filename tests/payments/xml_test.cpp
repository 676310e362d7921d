// The flat XML of WeChat, and all that is not it.
#include "adapters/payments/xml.h"

#include <gtest/gtest.h>

namespace tests {
namespace {

using adapters::payments::Fields;
using adapters::payments::most_xml;
using adapters::payments::read_xml;

std::optional<Fields> read(std::string const& text) {
    return read_xml(text, "xml");
}

TEST(PaymentXml, TextAndCdataAreValues) {
    EXPECT_EQ(read("<xml><a>1</a><b><![CDATA[<x>&amp;]]></b><c/><d></d><e />"
                   "<f>a&lt;b&gt;&amp;&quot;&apos;</f><g>1<![CDATA[2]]>3</g></xml>"),
              (Fields{{"a", "1"},
                      {"b", "<x>&amp;"},
                      {"c", ""},
                      {"d", ""},
                      {"e", ""},
                      {"f", "a<b>&\"'"},
                      {"g", "123"}}));
}

TEST(PaymentXml, SpaceStandsBetweenElements) {
    EXPECT_EQ(read("\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<xml>\n <a>\n</a >"
                   "\t</xml >\n"),
              (Fields{{"a", "\n"}}));
    EXPECT_EQ(read("<xml></xml>"), Fields{});
}

TEST(PaymentXml, NamesMayComeTwice) {
    EXPECT_EQ(read("<xml><a>1</a><a>2</a></xml>"), (Fields{{"a", "1"}, {"a", "2"}}));
}

TEST(PaymentXml, DocumentTypesAndEntitiesAreRefused) {
    for (char const* const text :
         {"<!DOCTYPE xml [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><xml><b>&a;</b></xml>",
          "<?xml version=\"1.0\"?><!DOCTYPE xml [<!ENTITY l \"lol\">]><xml><b>1</b></xml>",
          "<!DOCTYPE xml><xml><b>1</b></xml>", "<xml><!DOCTYPE x><b>1</b></xml>",
          "<xml><!ENTITY a \"b\"><b>1</b></xml>", "<xml><b>&a;</b></xml>",
          "<xml><b>&#65;</b></xml>", "<xml><b>&#x41;</b></xml>", "<xml><b>&amp</b></xml>",
          "<xml><b>&</b></xml>", "<xml><b>&;</b></xml>", "<xml><b>&LT;</b></xml>"}) {
        EXPECT_EQ(read(text), std::nullopt) << text;
    }
}

TEST(PaymentXml, WhatElseXmlHasIsRefused) {
    for (char const* const text : {"<xml><!-- c --><a>1</a></xml>",
                                   "<xml><a>1<!-- c --></a></xml>",
                                   "<xml><?php x ?><a>1</a></xml>",
                                   "<xml><a b=\"c\">1</a></xml>",
                                   "<xml v=\"1\"><a>1</a></xml>",
                                   "<xml><a><b>1</b></a></xml>",
                                   "<xml>text</xml>",
                                   "<xml><![CDATA[x]]></xml>",
                                   "<xml><a>]]></a></xml>",
                                   "<xml><a:b>1</a:b></xml>",
                                   "<xml><a>\x01</a></xml>",
                                   "<xml><a><![CDATA[\x01]]></a></xml>",
                                   "<xml><a>1</xml>",
                                   "<xml><a>1</b></xml>",
                                   "<xml><a>1</a>",
                                   "<xml><a>1</a></xml><xml></xml>",
                                   "<xml><a>1</a></xml>x",
                                   "<xml><a><![CDATA[x</a></xml>",
                                   "<XML><a>1</a></XML>",
                                   "<xml/>",
                                   "< xml><a>1</a></xml>",
                                   "<xml><>1</></xml>",
                                   "<xml><a>1</a></ xml>",
                                   "<",
                                   "",
                                   "xml",
                                   "<?xml",
                                   "<?xml <a> ?><xml></xml>",
                                   "<?xml ?><?xml ?><xml></xml>"}) {
        EXPECT_EQ(read(text), std::nullopt) << text;
    }
}

TEST(PaymentXml, BombsAreSmall) {
    std::string deep;
    std::string many;
    for (int at = 0; at < 1'000; ++at) {
        deep += "<a>";
        many += "<a>1</a>";
    }
    EXPECT_EQ(read("<xml>" + deep), std::nullopt);
    EXPECT_EQ(read("<xml>" + many + "</xml>"), std::nullopt);
    EXPECT_EQ(read("<xml><a>" + std::string(most_xml, 'x') + "</a></xml>"), std::nullopt);
    EXPECT_NE(read("<xml><a>" + std::string(most_xml - 18, 'x') + "</a></xml>"), std::nullopt);
    EXPECT_EQ(read("<xml><" + std::string(65, 'n') + ">1</" + std::string(65, 'n') + "></xml>"),
              std::nullopt);
}

}  // namespace
}  // namespace tests
