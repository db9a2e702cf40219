using System.Reflection;
using Unfold.Cells;
using Unfold.Onnx;
using Unfold.PublicApi.Tests.Reference;
using Unfold.Testing;

namespace Unfold.PublicApi.Tests;

/// <summary>
/// The public API stands in a file, so that a change of it shows in the diff. With UNFOLD_ACCEPT=1 the file is written anew. With UNFOLD_API=FOLDER the reference is written into that folder:
/// docs/api.sh does so.
/// </summary>
public sealed class ReferenceTests
{
    private static readonly Assembly[] Libraries = [typeof(Cell).Assembly, typeof(OnnxNetwork).Assembly];

    [Fact]
    public void ThePublicApiIsTheOneInTheFile()
    {
        string path = Repository.At("tests", "Unfold.PublicApi.Tests", "PublicApi.txt");
        string[] found = [.. ApiText.Types(Libraries).SelectMany(type => ApiText.Members(type).Select(member => "    " + ApiText.Of(member)).Prepend($"{type.Namespace}: {ApiText.Head(type)}"))];
        if (Environment.GetEnvironmentVariable("UNFOLD_ACCEPT") == "1")
        {
            File.WriteAllText(path, string.Join('\n', found) + "\n");
            return;
        }

        string[] expected = File.ReadAllLines(path);
        string[] gone = [.. expected.Except(found)], added = [.. found.Except(expected)];
        Assert.True(
            gone.Length == 0 && added.Length == 0 && expected.Length == found.Length,
            $"The public API has changed; if that is meant, run this test with UNFOLD_ACCEPT=1 and commit PublicApi.txt.\nGone:\n{string.Join('\n', gone)}\nNew:\n{string.Join('\n', added)}");
    }

    [Fact]
    public void EverythingPublicHasACommentAndAPlaceInTheReference()
    {
        ApiPages pages = new(Libraries);
        Dictionary<string, string> texts = pages.Pages().ToDictionary(page => page.File, page => page.Text, StringComparer.Ordinal);
        var missing = new List<string>();
        foreach (Type type in ApiText.Types(Libraries))
        {
            string page = texts[$"{type.Namespace}.md"];
            Assert.Contains($"```csharp\n{ApiText.Head(type)}\n```", page, StringComparison.Ordinal);
            foreach (MemberInfo member in ApiText.Members(type).Prepend(type))
            {
                // The comment of a record's positional property is a parameter's.
                bool isPositional = member is PropertyInfo property && type.GetConstructors().Any(c => c.GetParameters().Any(p => p.Name == property.Name));
                bool isInherited = member is MethodInfo method && method.GetBaseDefinition() != method;
                bool isOfRecord = member is ConstructorInfo && type.GetMethod("<Clone>$") is not null;
                if (pages.Comment(member) is null && !isPositional && !isInherited && !isOfRecord && !(member is ConstructorInfo c0 && c0.GetParameters().Length == 0))
                    missing.Add($"{CommentNames.Of(member)}");
            }
        }

        Assert.True(missing.Count == 0, string.Join('\n', missing));
        if (Environment.GetEnvironmentVariable("UNFOLD_API") is not { Length: > 0 } folder)
            return;
        Directory.CreateDirectory(folder);
        foreach ((string file, string text) in texts)
            File.WriteAllText(Path.Combine(folder, file), text);
    }
}
