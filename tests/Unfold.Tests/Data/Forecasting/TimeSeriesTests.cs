using Unfold.Data.Forecasting;
using Unfold.Testing;

namespace Unfold.Tests.Data.Forecasting;

public sealed class TimeSeriesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-series-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_column_of_dates_and_variables_with_missing_values()
    {
        TimeSeries series = Load("when,a,b\n2024-01-01,1,\n2024-01-02,,5\n2024-01-03,3,6\n2024-01-06,4,7\n");
        Assert.Equal(["a", "b"], series.Names);
        Assert.Equal([1, 5, 1, 5, 3, 6, 4, 7], series.Values.ToArray());
        Assert.Equal(["2 missing values took that of the step before", "1 step follows the one before later than usual; steps count, not times"], series.Notes);
        Assert.Equal((TimeSpan.FromDays(1), 7), (series.Interval, series.UsualPeriod));
        Assert.Equal(new DateTime(2024, 1, 8), series.TimeAfter(2));
        Assert.Equal("4 steps of 2 variables", series.ToString());
    }

    [Fact]
    public void Without_dates_all_columns_are_variables_and_some_can_be_chosen()
    {
        Assert.Equal([1, 2, 3, 4], Load("a,b\n1,2\n3,4\n").Values.ToArray());
        Assert.Null(Load("a,b\n1,2\n3,4\n").TimeAfter(1));
        TimeSeries chosen = Load("a,t,b\n1,2024-01,2\n3,2024-02,4\n5,2024-03,6\n", "t", ["b"]);
        Assert.Equal([2, 4, 6], chosen.Values.ToArray());
        Assert.Equal((12, new DateTime(2024, 5, 1)), (chosen.UsualPeriod, chosen.TimeAfter(2)));
    }

    [Theory]
    [InlineData("t,a\n2024-01-01,1\n2024-01-02,x\n", "line 3: value 2 should be a number, but is 'x'")]
    [InlineData("t,a\n2024-01-01,1\n2024-01-02,1,2\n", "line 3: the line has 3 cells, but 2 were expected")]
    [InlineData("t,a\n2024-01-02,1\n2024-01-01,2\n", "line 3: 2024-01-01 is before that of the line before")]
    [InlineData("t,a\n2024-01-02,1\n2024-01-02,2\n", "line 3: 2024-01-02 is the same time as that of the line before")]
    [InlineData("t,a\nyesterday,1\n2024-01-02,2\n", "line 2: 'yesterday' is no date")]
    [InlineData("1,2\n3,4\n", "line 1: the names of the columns were expected")]
    [InlineData("t,a\n2024-01-01,\n2024-01-02,\n", "channel 1 has no value at any of its 2 steps")]
    [InlineData("t\n2024-01-01\n2024-01-02\n", "has no column of values beside that of times, 't'")]
    [InlineData("a\n", "has 1 line")]
    public void What_is_wrong_is_told_with_its_line(string text, string message) => Assert.Contains(message, Assert.Throws<InputException>(() => Load(text)).Message);

    [Fact]
    public void A_column_that_is_not_there_is_told() => Assert.Contains("has no column 'c'. Its columns are 'a', 'b'", Assert.Throws<InputException>(() => Load("a,b\n1,2\n3,4\n", null, ["c"])).Message);

    [DataFact("ett-h1")]
    public void The_transformer_data_are_read()
    {
        TimeSeries series = TimeSeries.Load(DataSet.Path("ett-h1/ETTh1.csv"));
        Assert.Equal((17_420, 7, 24), (series.Steps, series.Width, series.UsualPeriod));
        Assert.Empty(series.Notes);
    }

    private TimeSeries Load(string text, string? timeColumn = null, string[]? variables = null)
    {
        string path = Path.Combine(_folder, "series.csv");
        File.WriteAllText(path, text);
        return TimeSeries.Load(path, timeColumn, variables);
    }
}
