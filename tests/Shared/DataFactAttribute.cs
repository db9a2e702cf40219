namespace Unfold.Testing;

/// <summary>
/// A fact that needs a data set. Where the data set is absent the test is skipped, and the reason names what is missing and
/// where it was looked for.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DataFactAttribute : FactAttribute
{
    /// <param name="dataSet">Folder or file below the data folder: <c>tinyshakespeare</c> or <c>tinyshakespeare/input.txt</c>.</param>
    public DataFactAttribute(string dataSet)
    {
        Skip = DataSet.MissingReason(dataSet);
    }
}

/// <summary>The same for a theory.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DataTheoryAttribute : TheoryAttribute
{
    /// <param name="dataSet">Folder or file below the data folder.</param>
    public DataTheoryAttribute(string dataSet)
    {
        Skip = DataSet.MissingReason(dataSet);
    }
}

/// <summary>Paths of data sets.</summary>
internal static class DataSet
{
    /// <summary>The path of a file or folder below the data folder.</summary>
    public static string Path(string name) => System.IO.Path.Combine(Repository.Data, name);

    /// <summary>Why a test of this data set cannot run here, or null where it can.</summary>
    public static string? MissingReason(string name) =>
        System.IO.Path.Exists(Path(name))
            ? null
            : $"needs the data set '{name}', which is not under UNFOLD_DATA or ../shared/data";
}
