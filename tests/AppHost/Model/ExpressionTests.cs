namespace OrionPlatform.AppHost.Tests;

public sealed class ExpressionTests
{
    [Fact]
    public async Task Text_and_values_are_put_together_and_braces_stay_braces()
    {
        var token = DistributedApplication.CreateBuilder().AddParameter("token", "{0}");
        var text = "{text}";

        var expression = ReferenceExpression.Create($"a{{b}}{text}{token}{token.Resource}");

        Assert.Equal("a{b}{text}{0}{0}", await expression.GetValueAsync(CancellationToken.None));
        Assert.Equal("a{b}{text}{token.value}{token.value}", expression.ValueExpression);
    }

    [Fact]
    public async Task A_value_can_be_percent_encoded()
    {
        var token = DistributedApplication.CreateBuilder().AddParameter("token", "a b&c");

        Assert.Equal("t=a%20b%26c&u=x%2Fy", await ReferenceExpression.Create($"t={token:uri}&u={"x/y":uri}").GetValueAsync(CancellationToken.None));
        Assert.Throws<FormatException>(() => ReferenceExpression.Create($"{token:hex}"));
    }

    [Fact]
    public async Task An_empty_expression_has_no_value()
    {
        Assert.Null(await ReferenceExpression.Create($"").GetValueAsync(CancellationToken.None));
        Assert.True(new ReferenceExpressionBuilder().IsEmpty);
    }
}
