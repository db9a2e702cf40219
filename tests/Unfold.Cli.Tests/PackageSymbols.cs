using System.IO.Compression;
using System.Reflection.Metadata;
using System.Text;
using System.Text.Json;

namespace Unfold.Cli.Tests;

/// <summary>A source file as a package's symbols know it.</summary>
/// <param name="Path">What the compiler called it.</param>
/// <param name="Url">Where Source Link finds it; null for nowhere.</param>
/// <param name="Text">Its text, where the symbols carry it.</param>
internal sealed record PackageSource(string Path, string? Url, string? Text);

/// <summary>Reads the portable PDB of a package of symbols. Source: the specification of portable PDB, custom debug information "Source Link" and "Embedded Source".</summary>
internal static class PackageSymbols
{
    private static readonly Guid SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A"), EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    public static IReadOnlyList<PackageSource> Read(string package, string assembly)
    {
        using ZipArchive archive = ZipFile.OpenRead(package);
        using MemoryStream stream = new();
        using (Stream entry = archive.GetEntry($"lib/net10.0/{assembly}.pdb")!.Open())
            entry.CopyTo(stream);
        stream.Position = 0;
        using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbStream(stream);
        MetadataReader reader = provider.GetMetadataReader();
        Dictionary<string, string> links = Custom(reader, EntityHandle.ModuleDefinition, SourceLink) is byte[] json
            ? JsonDocument.Parse(json).RootElement.GetProperty("documents").EnumerateObject().ToDictionary(link => link.Name, link => link.Value.GetString()!)
            : [];
        return [.. reader.Documents.Select(handle =>
        {
            string path = reader.GetString(reader.GetDocument(handle).Name);
            return new PackageSource(path, UrlOf(path, links), Custom(reader, handle, EmbeddedSource) is byte[] source ? TextOf(source) : null);
        })];
    }

    private static byte[]? Custom(MetadataReader reader, EntityHandle parent, Guid kind)
    {
        foreach (CustomDebugInformation found in reader.GetCustomDebugInformation(parent).Select(reader.GetCustomDebugInformation))
        {
            if (reader.GetGuid(found.Kind) == kind)
                return reader.GetBlobBytes(found.Value);
        }

        return null;
    }

    private static string? UrlOf(string path, Dictionary<string, string> links)
    {
        foreach ((string pattern, string url) in links)
        {
            if (pattern.EndsWith('*') && path.StartsWith(pattern[..^1], StringComparison.Ordinal))
                return url.Replace("*", path[(pattern.Length - 1)..], StringComparison.Ordinal);
        }

        return null;
    }

    /// <summary>Four bytes say how long the text is, which is deflated then; 0 that it is not.</summary>
    private static string TextOf(byte[] source)
    {
        using Stream content = BitConverter.ToInt32(source) == 0 ? new MemoryStream(source, 4, source.Length - 4) : new DeflateStream(new MemoryStream(source, 4, source.Length - 4), CompressionMode.Decompress);
        using StreamReader reader = new(content, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
