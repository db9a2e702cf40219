using Unfold.Bench.Peers;
using Unfold.Measurement;

namespace Unfold.Bench.Reporting;

/// <summary>What stands above every table.</summary>
internal static class Head
{
    /// <summary>A page's title and where, when and beside what its figures were measured.</summary>
    public static void Write(Results page, string title, Machine machine, IReadOnlyList<Peer>? peers = null)
    {
        page.Line($"# {title}");
        page.Line();
        page.Line($"{machine}, measured; {DateTime.UtcNow:yyyy-MM-dd}.{(peers is null ? "" : $" Beside: {string.Join("; ", peers)}.")}");
        page.Line();
    }

    /// <summary>As in "2 threads".</summary>
    public static string Threads(int count) => count == 1 ? "1 thread" : $"{count} threads";
}
