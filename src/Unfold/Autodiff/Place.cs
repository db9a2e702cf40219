namespace Unfold.Autodiff;

/// <summary>Turns the name of a part of a network into the number that distinguishes its random choices from other parts'.</summary>
internal static class Place
{
    /// <summary>The 32-bit FNV-1a hash of the name's UTF-16 code units, low byte first: the same in every process and version.</summary>
    public static uint Of(string name)
    {
        uint hash = 2166136261;
        foreach (char c in name)
        {
            hash = (hash ^ (c & 0xFFu)) * 16777619;
            hash = (hash ^ ((uint)c >> 8)) * 16777619;
        }

        return hash;
    }
}
