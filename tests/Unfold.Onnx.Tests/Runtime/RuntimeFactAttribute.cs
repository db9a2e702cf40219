namespace Unfold.Onnx.Tests.Runtime;

/// <summary>A fact that runs models in ONNX Runtime; skipped, with the reason, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RuntimeFactAttribute : FactAttribute
{
    public RuntimeFactAttribute() => Skip = OnnxRuntime.MissingReason;
}

/// <summary>The same for a theory.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RuntimeTheoryAttribute : TheoryAttribute
{
    public RuntimeTheoryAttribute() => Skip = OnnxRuntime.MissingReason;
}
