using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Elementwise;

/// <summary>A function of one number, written for a vector of any width. Its parameters are fields.</summary>
internal interface IUnaryOperation
{
    TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd>;
}

/// <summary>A function of two numbers.</summary>
internal interface IBinaryOperation
{
    TSimd Apply<TSimd>(TSimd a, TSimd b)
        where TSimd : struct, ISimd<TSimd>;
}

/// <summary>A function of three numbers.</summary>
internal interface ITernaryOperation
{
    TSimd Apply<TSimd>(TSimd a, TSimd b, TSimd c)
        where TSimd : struct, ISimd<TSimd>;
}

/// <summary>A function of four numbers.</summary>
internal interface IQuaternaryOperation
{
    TSimd Apply<TSimd>(TSimd a, TSimd b, TSimd c, TSimd d)
        where TSimd : struct, ISimd<TSimd>;
}
