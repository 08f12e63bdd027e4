namespace OrionPlatform.AppHost.Tests;

public sealed class RhythmTests
{
    [Fact]
    public void A_crashed_process_is_left_alone_ever_longer_until_it_has_run_stably()
    {
        var backoff = new Backoff();

        double[] pauses = [.. Enumerable.Range(0, 9).Select(_ => backoff.After(TimeSpan.FromSeconds(1)).TotalSeconds)];

        Assert.Equal([0.5, 1, 2, 4, 8, 16, 30, 30, 30], pauses);
        Assert.Equal(9, backoff.InARow);
        Assert.Equal(0.5, backoff.After(TimeSpan.FromMinutes(1)).TotalSeconds);
        Assert.Equal(1, backoff.InARow);
    }

    [Fact]
    public void Health_is_looked_at_often_at_first_and_seldom_once_it_is_good()
    {
        var time = new ManualTime();
        var rhythm = new HealthRhythm(time, TimeSpan.FromSeconds(30));

        Assert.Equal(HealthNews.None, rhythm.Observe(healthy: false));
        Assert.Equal(TimeSpan.FromMilliseconds(100), rhythm.Pause);
        time.Advance(TimeSpan.FromSeconds(20));
        rhythm.Observe(healthy: false);
        Assert.Equal(TimeSpan.FromSeconds(2), rhythm.Pause);
        Assert.Equal(HealthNews.Healthy, rhythm.Observe(healthy: true));
        Assert.Equal(TimeSpan.FromSeconds(30), rhythm.Pause);
        Assert.Equal(HealthNews.None, rhythm.Observe(healthy: true));
    }

    [Fact]
    public void Failing_again_is_said_once_and_looked_at_every_second_more_up_to_five()
    {
        var rhythm = new HealthRhythm(new ManualTime(), TimeSpan.FromSeconds(30));
        rhythm.Observe(healthy: true);

        Assert.Equal(HealthNews.Unhealthy, rhythm.Observe(healthy: false));
        double[] pauses = [.. Enumerable.Range(0, 6).Select(_ =>
        {
            var pause = rhythm.Pause.TotalSeconds;
            Assert.Equal(HealthNews.None, rhythm.Observe(healthy: false));
            return pause;
        })];
        Assert.Equal([1, 2, 3, 4, 5, 5], pauses);
        Assert.Equal(HealthNews.Healthy, rhythm.Observe(healthy: true));
    }

    [Fact]
    public void Never_having_been_healthy_is_said_once_after_the_timeout()
    {
        var time = new ManualTime();
        var rhythm = new HealthRhythm(time, TimeSpan.FromSeconds(30));

        rhythm.Observe(healthy: false);
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(HealthNews.None, rhythm.Observe(healthy: false));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HealthNews.NeverHealthy, rhythm.Observe(healthy: false));
        Assert.Equal(HealthNews.None, rhythm.Observe(healthy: false));
    }

    [Fact]
    public async Task Output_is_split_into_lines_and_a_line_without_end_is_shown_in_pieces()
    {
        var lines = new List<string>();

        await OutputLines.ReadAsync(new StringReader("one\r\n\ntwo\n" + new string('x', (2 * OutputLines.MaxLength) + 1)), lines.Add);

        Assert.Equal(["one", "", "two"], lines[..3]);
        Assert.Equal([OutputLines.MaxLength, OutputLines.MaxLength, 1], lines[3..].Select(l => l.Length));
    }

    [Fact]
    public void Lines_carry_the_name_and_colors_only_where_they_are_wanted()
    {
        var plain = new StringWriter();
        var console = new ResourceConsole(plain, colors: false);
        var api = console.For("api");
        var agent = console.For("node-agent");
        api("hello");
        agent("there");
        var colored = new StringWriter();
        new ResourceConsole(colored, colors: true).For("api")("hello");

        Assert.Equal("api        | hello\nnode-agent | there\n", plain.ToString());
        Assert.Equal("\e[36mapi | \e[0mhello\e[0m\n", colored.ToString());
    }
}
