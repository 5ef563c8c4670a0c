#include "operators/expressions/expr.h"

#include <gtest/gtest.h>

#include "proto/plan.pb.h"

namespace weir {
namespace {

ExprPtr Column0() { return Expr::MakeInput(DataType::Int(), 0); }
ExprPtr Literal(int value) { return Expr::MakeLiteral(DataType::Int().NotNull(), value); }

TEST(ExprTest, PrintsForPeople) {
  ExprPtr sum = Expr::MakeCall(DataType::Int(), "+", {Column0(), Literal(2)});
  EXPECT_EQ(sum->ToString(), "($0 + 2)");
  EXPECT_EQ(sum->ToString({"amount"}), "(amount + 2)");
  EXPECT_EQ(Expr::MakeCall(DataType::String(), "CAST", {sum})->ToString(),
            "CAST(($0 + 2) AS STRING)");
  EXPECT_EQ(Expr::MakeCall(DataType::Boolean(), "IS NULL", {sum})->ToString(),
            "(($0 + 2) IS NULL)");
  EXPECT_EQ(Expr::MakeCall(DataType::Int(), "-", {Column0()})->ToString(), "(-$0)");
  EXPECT_EQ(Expr::MakeCall(DataType::Int(), "ABS", {Column0()})->ToString(), "ABS($0)");
}

TEST(ExprTest, PrintsLiterals) {
  struct Case {
    DataType type;
    Value value;
    const char* text;
  };
  const Case cases[] = {
      {DataType::Char(2), "it's", "'it''s'"},
      {DataType::Decimal(3, 2), Int128{150}, "1.50"},
      {DataType::Date(), 0, "DATE '1970-01-01'"},
      {DataType::Timestamp(3), int64_t{0}, "TIMESTAMP '1970-01-01 00:00:00.000'"},
      {DataType::IntervalDayTime(), int64_t{5000}, "INTERVAL '+0 00:00:05.000'"},
      {DataType::Bytes(), std::string("\x01\xff"), "x'01ff'"},
      {DataType::Boolean(), true, "TRUE"},
      {DataType::Int(), Value(), "NULL"},
  };
  for (const Case& c : cases) EXPECT_EQ(Expr::MakeLiteral(c.type, c.value)->ToString(), c.text);
}

TEST(ExprTest, Equality) {
  ExprPtr a = Expr::MakeCall(DataType::Int(), "+", {Column0(), Literal(2)});
  ExprPtr same = Expr::MakeCall(DataType::Int(), "+", {Column0(), Literal(2)});
  EXPECT_TRUE(Equal(*a, *same));
  EXPECT_FALSE(Equal(*a, *Expr::MakeCall(DataType::Int(), "+", {Column0(), Literal(3)})));
  EXPECT_FALSE(Equal(*a, *Expr::MakeCall(DataType::Int(), "-", {Column0(), Literal(2)})));
  EXPECT_FALSE(Equal(*a, *Expr::MakeCall(DataType::BigInt(), "+", {Column0(), Literal(2)})));
  EXPECT_FALSE(Equal(*a, *Column0()));
}

TEST(ExprTest, ThroughProto) {
  using L = Value::List;
  DataType row = DataType::Row({{"a", DataType::Array(DataType::Int())},
                                {"m", DataType::Map(DataType::String(), DataType::Double())}});
  ExprPtr exprs[] = {
      Expr::MakeLiteral(row, L{L{1, Value(), 3}, L{Value(L{"k", 1.5})}}),
      Expr::MakeLiteral(DataType::Decimal(38, 2), Value(-(Int128{1} << 100))),
      Expr::MakeLiteral(DataType::Boolean(), true),
      Expr::MakeCall(DataType::Int().NotNull(), "+", {Column0(), Literal(2)}),
  };
  for (const ExprPtr& expr : exprs) {
    plan::Expression proto;
    ToProto(*expr, &proto);
    StatusOr<ExprPtr> read = FromProto(proto);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_TRUE(Equal(*expr, **read)) << (*read)->ToString();
  }
}

TEST(ExprTest, SchemaThroughProto) {
  Schema schema({{"a", DataType::Char(3).NotNull()}, {"b", DataType::TimestampLtz(3)}});
  plan::Schema proto;
  ToProto(schema, &proto);
  StatusOr<SchemaPtr> read = FromProto(proto);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(**read, schema);
}

TEST(ExprTest, RefusesWhatIsNoPlan) {
  auto fails = [](auto spoil) {
    plan::Expression proto;
    ToProto(*Expr::MakeLiteral(DataType::Decimal(5, 2), Int128{1}), &proto);
    spoil(*proto.mutable_nodes(0));
    StatusOr<ExprPtr> read = FromProto(proto);
    return !read.ok() && read.status().code() == StatusCode::kInvalidArgument;
  };
  EXPECT_FALSE(fails([](plan::ExpressionNode&) {}));
  EXPECT_TRUE(fails([](plan::ExpressionNode& e) { e.clear_node(); }));
  EXPECT_TRUE(fails([](plan::ExpressionNode& e) { e.mutable_type()->set_kind(99); }));
  EXPECT_TRUE(fails([](plan::ExpressionNode& e) { e.mutable_type()->set_precision(39); }));
  EXPECT_TRUE(fails([](plan::ExpressionNode& e) { e.mutable_type()->set_scale(6); }));
  EXPECT_TRUE(fails([](plan::ExpressionNode& e) { e.mutable_type()->add_fields(); }));
  EXPECT_TRUE(fails([](plan::ExpressionNode& e) { e.mutable_literal()->set_integer(1); }));
  EXPECT_TRUE(fails([](plan::ExpressionNode& e) { e.mutable_literal()->set_decimal("short"); }));
  EXPECT_TRUE(fails([](plan::ExpressionNode& e) { e.mutable_literal()->mutable_list(); }));
  EXPECT_TRUE(fails([](plan::ExpressionNode& e) {
    e.mutable_type()->set_kind(static_cast<uint32_t>(TypeKind::kArray));
  }));
  EXPECT_TRUE(fails([](plan::ExpressionNode& e) {
    e.mutable_type()->set_kind(static_cast<uint32_t>(TypeKind::kTinyInt));
    e.mutable_literal()->set_integer(200);
  }));
}

TEST(ExprTest, RefusesCallsWithoutTheirArguments) {
  plan::Expression proto;
  EXPECT_FALSE(FromProto(proto).ok());
  ToProto(*Expr::MakeCall(DataType::Int(), "+", {Column0(), Literal(2)}), &proto);
  EXPECT_TRUE(FromProto(proto).ok());
  proto.mutable_nodes(2)->mutable_call()->set_arguments(3);
  EXPECT_FALSE(FromProto(proto).ok());
  proto.mutable_nodes(2)->mutable_call()->set_arguments(1);
  EXPECT_FALSE(FromProto(proto).ok());
}

// Far beyond protobuf's own limit of nested messages.
TEST(ExprTest, DeepOnesPassThroughBytes) {
  ExprPtr expr = Column0();
  for (int i = 0; i < 500; ++i) expr = Expr::MakeCall(DataType::Int(), "+", {expr, Literal(1)});
  plan::Expression proto, read;
  ToProto(*expr, &proto);
  ASSERT_TRUE(read.ParseFromString(proto.SerializeAsString()));
  StatusOr<ExprPtr> back = FromProto(read);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_TRUE(Equal(*expr, **back));
}

TEST(ExprTest, RefusesDepth) {
  ExprPtr expr = Column0();
  for (int i = 0; i < 2001; ++i) expr = Expr::MakeCall(DataType::Int(), "-", {expr});
  plan::Expression proto;
  ToProto(*expr, &proto);
  EXPECT_FALSE(FromProto(proto).ok());
}

}  // namespace
}  // namespace weir
